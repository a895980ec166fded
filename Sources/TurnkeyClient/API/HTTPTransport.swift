// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1

/// POSTs bodies to one API, as they are, and follows nobody elsewhere.
final class HTTPTransport: Sendable {
    /// More than any answer needs: the largest list of users is a few MiB.
    private static let maximumAnswerBytes = 1 << 24

    private let baseURL: APIBaseURL
    private let timeout: Duration
    private let client: HTTPClient

    init(_ baseURL: APIBaseURL, timeout: Duration) {
        self.baseURL = baseURL
        self.timeout = timeout
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A refused connection is an answer; by default it is tried again until the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    deinit {
        client.shutdown { _ in }
    }

    /// - Throws: `.unreachable`, `.timedOut`, `.redirected`, `.cancelled`; `.api` or `.unexpectedAnswer` for any status
    ///   but 200.
    func post(_ path: String, _ body: Data, _ header: StampHeader) async throws(TurnkeyError) -> Data {
        let answer = try await send(path, body, header)
        switch answer.status {
        case 200: return answer.body
        case 300..<400: throw .redirected(httpStatus: answer.status, location: answer.headers.first(name: "Location"))
        default:
            guard let error = APIError(httpStatus: answer.status, answer: answer.body) else {
                throw .unexpectedAnswer(httpStatus: answer.status, detail: "no error envelope")
            }
            throw .api(error)
        }
    }

    /// When the API says it answers, where it says so (RFC 9110 §5.6.7, IMF-fixdate). What answers must be an API: it
    /// refuses what has no stamp.
    func readDate() async throws(TurnkeyError) -> Date? {
        let answer = try await send("/public/v1/query/whoami", Data("{}".utf8), nil)
        guard APIError(httpStatus: answer.status, answer: answer.body) != nil else {
            throw .unexpectedAnswer(httpStatus: answer.status, detail: "no error envelope")
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return answer.headers.first(name: "Date").flatMap { formatter.date(from: $0) }
    }

    private struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: Data
    }

    private func send(_ path: String, _ body: Data, _ header: StampHeader?) async throws(TurnkeyError) -> Answer {
        var request = HTTPClientRequest(url: baseURL.text + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let header { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do { return try await exchange(request) } catch { throw readFailure(error) }
    }

    /// The client's own time-out is over with the answer's head: a body that never ends would be waited for without end.
    private func exchange(_ request: HTTPClientRequest) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            defer { group.cancelAll() }
            group.addTask { [client, timeout] in
                let response = try await client.execute(request, timeout: TimeAmount(timeout))
                let answer = try await response.body.collect(upTo: Self.maximumAnswerBytes)
                // A body that is cut short by a cancellation is not an answer.
                try Task.checkCancellation()
                return Answer(
                    status: Int(response.status.code),
                    headers: response.headers,
                    body: Data(answer.readableBytesView)
                )
            }
            group.addTask { [timeout] in
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func readFailure(_ error: any Error) -> TurnkeyError {
        let timeouts: [HTTPClientError] = [.deadlineExceeded, .connectTimeout, .readTimeout]
        return switch error {
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        case let error as HTTPClientError where timeouts.contains(error): .timedOut(url: baseURL.text, after: timeout)
        case is NIOTooManyBytesError: .unexpectedAnswer(httpStatus: 200, detail: "more than 16 MiB")
        default: .unreachable(url: baseURL.text, reason: makeReason(error))
        }
    }
}
