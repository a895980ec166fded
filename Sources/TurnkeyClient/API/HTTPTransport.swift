// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
package import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
package import Passkeys
import StampClient
import Synchronization

/// POSTs bodies unchanged to one API, and follows no redirect.
package final class HTTPTransport: Sendable {
    /// The longest answer: 16 MiB, where the largest list of users takes a few.
    private static let maximumAnswerBytes = 1 << 24

    private let baseURL: APIBaseURL
    private let timeout: Duration
    private let environment: [String: String]
    private let client = Mutex<HTTPClient?>(nil)

    /// Creates a transport; `environment` names the proxy and the trusted certificates.
    package init(_ baseURL: APIBaseURL, timeout: Duration, environment: [String: String]) {
        self.baseURL = baseURL
        self.timeout = timeout
        self.environment = environment
    }

    deinit {
        client.withLock { $0?.shutdown { _ in } }
    }

    /// POSTs one body.
    ///
    /// - Parameters:
    ///   - path: The path on the API.
    ///   - body: The bytes to send.
    ///   - header: The stamp.
    ///   - limit: The time for it, if shorter than the transport's time-out.
    ///   - userAgent: The sending program, for the field `User-Agent`.
    /// - Returns: The answer.
    /// - Throws: `.unreachable`, `.insecure`, `.timedOut`, `.cancelled`, `.cannotStart`; `.configuration` for unusable
    ///   settings in the environment; `.unexpectedAnswer` for an answer that is too long.
    package func post(
        _ path: String,
        _ body: Data,
        _ header: StampHeader,
        within limit: Duration? = nil,
        userAgent: String? = nil
    ) async throws(TurnkeyError) -> HTTPAnswer {
        try await send(path, body, header, within: min(limit ?? timeout, timeout), userAgent: userAgent)
    }

    /// Returns the `Date` of an answer of the API, if it has one. The request has no stamp, so an API refuses it;
    /// anything else is not an API.
    func readDate() async throws(TurnkeyError) -> Date? {
        let answer = try await send("/public/v1/query/whoami", Data("{}".utf8), nil, within: timeout)
        _ = try answer.readRefusal()
        return answer.date
    }

    private func send(
        _ path: String,
        _ body: Data,
        _ header: StampHeader?,
        within timeout: Duration,
        userAgent: String? = nil
    ) async throws(TurnkeyError) -> HTTPAnswer {
        let client = try getClient()
        var request = HTTPClientRequest(url: baseURL.text + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let userAgent { request.headers.add(name: "User-Agent", value: userAgent) }
        if let header { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            return try await exchange(request, client, within: timeout)
        } catch {
            throw readFailure(error, after: timeout)
        }
    }

    /// Sends the request and reads the whole answer within the time. The HTTP client's own time-out ends with the
    /// answer's head, so a body without end would be waited for forever.
    private func exchange(
        _ request: HTTPClientRequest,
        _ client: HTTPClient,
        within timeout: Duration
    ) async throws -> HTTPAnswer {
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let response = try await client.execute(request, timeout: TimeAmount(timeout))
                let answer = try await Self.collect(response)
                // A body cut short by a cancellation is not an answer.
                try Task.checkCancellation()
                return HTTPAnswer(
                    status: Int(response.status.code),
                    headers: response.headers,
                    body: Data(answer.readableBytesView)
                )
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private static func collect(_ response: HTTPClientResponse) async throws -> ByteBuffer {
        do { return try await response.body.collect(upTo: maximumAnswerBytes) } catch is NIOTooManyBytesError {
            throw TurnkeyError.unexpectedAnswer(httpStatus: Int(response.status.code), detail: "more than 16 MiB")
        }
    }

    private func readFailure(_ error: any Error, after timeout: Duration) -> TurnkeyError {
        let timeouts: [HTTPClientError] = [
            .deadlineExceeded, .connectTimeout, .readTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout,
        ]
        if let fault = TLSFault(error) { return .insecure(url: baseURL.text, fault) }
        return switch error {
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        case let error as HTTPClientError where timeouts.contains(error): .timedOut(url: baseURL.text, after: timeout)
        case let error as TurnkeyError: error
        default: .unreachable(url: baseURL.text, reason: makeReason(error) + wayThere)
        }
    }

    /// The proxy in between, for messages, as it may be what failed.
    private var wayThere: String {
        let proxy = (try? ProxyRules.findAddress(for: baseURL, in: environment)) ?? nil
        return proxy.map { ", by way of the proxy \($0)" } ?? ""
    }
}

extension HTTPTransport {
    /// Creates the HTTP client with the first request, so that errors of its settings are thrown there.
    private func getClient() throws(TurnkeyError) -> HTTPClient {
        try client.withLock { (client) throws(TurnkeyError) in
            if let client { return client }
            let made = try makeClient()
            client = made
            return made
        }
    }

    private func makeClient() throws(TurnkeyError) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A refused connection is final; by default the client would try again until the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        // The default is ten seconds, however long a request may take.
        configuration.timeout.connect = TimeAmount(timeout)
        // NIO traps on some faults of HTTP/2, such as a status below zero, before any handler of ours sees them.
        configuration.httpVersion = .http1Only
        // More than a stamping proxy sends at once: its turns are fair, and this pool's are not.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 320
        configuration.http1_1ConnectionDebugInitializer = StatusGate.add
        if baseURL.text.hasPrefix("https:") {
            let trusted = try TrustedCertificates.load(environment)
            guard !trusted.isEmpty else { throw .insecure(url: baseURL.text, .noCertificates) }
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12  // RFC 8996: earlier versions must not be used
            tls.trustRoots = .certificates(trusted)
            configuration.tlsConfiguration = tls
            configuration.proxy = try ProxyRules.find(for: baseURL, in: environment)
        }
        do throws(SystemShortage) {
            return HTTPClient(eventLoopGroupProvider: .shared(try EventLoops.group()), configuration: configuration)
        } catch {
            throw .cannotStart(reason: error.message, hint: error.hint)
        }
    }
}
