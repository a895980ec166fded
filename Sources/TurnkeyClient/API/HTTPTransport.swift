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
        var request = HTTPClientRequest(url: baseURL.text + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: header.name, value: header.value)
        request.body = .bytes(ByteBuffer(bytes: body))
        let (status, location, answer) = try await send(request)
        switch status {
        case 200: return answer
        case 300..<400: throw .redirected(httpStatus: status, location: location)
        default:
            guard let error = APIError(httpStatus: status, answer: answer) else {
                throw .unexpectedAnswer(httpStatus: status, detail: "no error envelope")
            }
            throw .api(error)
        }
    }

    private func send(
        _ request: HTTPClientRequest
    ) async throws(TurnkeyError) -> (status: Int, location: String?, answer: Data) {
        do {
            let response = try await client.execute(request, timeout: TimeAmount(timeout))
            let answer = try await response.body.collect(upTo: Self.maximumAnswerBytes)
            return (
                Int(response.status.code), response.headers.first(name: "Location"), Data(answer.readableBytesView)
            )
        } catch {
            throw readFailure(error)
        }
    }

    private func readFailure(_ error: any Error) -> TurnkeyError {
        let timeouts: [HTTPClientError] = [.deadlineExceeded, .connectTimeout, .readTimeout]
        return switch error {
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        case let error as HTTPClientError where timeouts.contains(error): .timedOut(url: baseURL.text, after: timeout)
        case is NIOTooManyBytesError: .unexpectedAnswer(httpStatus: 200, detail: "more than 16 MiB")
        default: .unreachable(url: baseURL.text, reason: String(describing: error))
        }
    }
}
