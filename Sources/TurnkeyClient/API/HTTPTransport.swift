// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import StampClient
import Synchronization

/// POSTs bodies to one API, as they are, and follows nobody elsewhere.
final class HTTPTransport: Sendable {
    /// More than any answer needs: the largest list of users is a few MiB.
    private static let maximumAnswerBytes = 1 << 24

    private let baseURL: APIBaseURL
    private let timeout: Duration
    private let environment: [String: String]
    private let client = Mutex<HTTPClient?>(nil)

    /// `environment` names the proxy and whose certificates are trusted.
    init(_ baseURL: APIBaseURL, timeout: Duration, environment: [String: String]) {
        self.baseURL = baseURL
        self.timeout = timeout
        self.environment = environment
    }

    deinit {
        client.withLock { $0?.shutdown { _ in } }
    }

    /// - Throws: `.unreachable`, `.insecure`, `.timedOut`, `.cancelled`, `.cannotStart`, `.configuration` for what the
    ///   environment names and cannot be used; `.unexpectedAnswer` for more bytes than are read.
    ///
    /// `limit`: the time for it, where that is shorter than a request may take anyway.
    func post(
        _ path: String,
        _ body: Data,
        _ header: StampHeader,
        within limit: Duration? = nil
    ) async throws(TurnkeyError) -> HTTPAnswer {
        try await send(path, body, header, within: min(limit ?? timeout, timeout))
    }

    /// When the API says it answers, where it says so. What answers must be an API: it refuses what has no stamp.
    func readDate() async throws(TurnkeyError) -> Date? {
        let answer = try await send("/public/v1/query/whoami", Data("{}".utf8), nil, within: timeout)
        _ = try answer.readRefusal()
        return answer.date
    }

    private func send(
        _ path: String,
        _ body: Data,
        _ header: StampHeader?,
        within timeout: Duration
    ) async throws(TurnkeyError) -> HTTPAnswer {
        let client = try getClient()
        var request = HTTPClientRequest(url: baseURL.text + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let header { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            return try await exchange(request, client, within: timeout)
        } catch {
            throw readFailure(error, after: timeout)
        }
    }

    /// The client's own time-out is over with the answer's head: a body that never ends would be waited for without end.
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
                // A body that is cut short by a cancellation is not an answer.
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

    /// What stands in between may be what failed.
    private var wayThere: String {
        let proxy = (try? ProxyRules.findAddress(for: baseURL, in: environment)) ?? nil
        return proxy.map { ", by way of the proxy \($0)" } ?? ""
    }
}

extension HTTPTransport {
    /// Made with the first request: then is time to say what is wrong.
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
        // A refused connection is an answer; by default it is tried again until the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        if baseURL.text.hasPrefix("https:") {
            let trusted = try TrustedCertificates.load(environment)
            guard !trusted.isEmpty else { throw .insecure(url: baseURL.text, .noCertificates) }
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.minimumTLSVersion = .tlsv12  // RFC 8996: those before must not be used
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
