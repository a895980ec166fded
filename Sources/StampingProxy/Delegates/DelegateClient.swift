// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StampClient
import TurnkeyClient

/// A client of a proxy's admin socket.
package struct DelegateClient: Sendable {
    private static let limit = TimeAmount.seconds(10)
    private static let answerLimitBytes = 1 << 20

    private let path: String

    /// Creates a client of the socket at `path`; nothing is opened yet.
    package init(path: String) {
        self.path = path
    }

    /// Makes a delegate.
    ///
    /// - Throws: `DelegateClientError`.
    package func create(_ wanted: DelegateRequest.Create) async throws(DelegateClientError) -> CreatedDelegate {
        try await post("create", wanted)
    }

    /// Lists the living delegates.
    ///
    /// - Throws: `DelegateClientError`.
    package func list() async throws(DelegateClientError) -> DelegateList {
        try await post("list", DelegateRequest.List())
    }

    /// Ends a delegate.
    ///
    /// - Throws: `DelegateClientError`.
    package func revoke(_ name: String) async throws(DelegateClientError) -> RevokedDelegate {
        try await post("revoke", DelegateRequest.Revoke(name: name))
    }

    private func post<Answer: Decodable>(
        _ method: String,
        _ body: some Encodable
    ) async throws(DelegateClientError) -> Answer {
        let (status, bytes): (UInt, Data)
        do { (status, bytes) = try await exchange(method, try JSONEncoder().encode(body)) } catch {
            throw .unreachable(path: path)
        }
        guard status == 200 else {
            let refusal = try? StrictJSON.decode(Refusal.self, from: bytes)
            throw .refused(message: refusal?.message ?? "status \(status)", isOver: status == 401)
        }
        guard let answer = try? StrictJSON.decode(Answer.self, from: bytes) else { throw .unreachable(path: path) }
        return answer
    }

    private func exchange(_ method: String, _ body: Data) async throws -> (UInt, Data) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Where no process listens, trying again is of no use.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(try EventLoops.group()),
            configuration: configuration
        )
        do {
            let place = path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            var request = HTTPClientRequest(url: "http+unix://\(place)/\(method)")
            request.method = .POST
            request.headers.add(name: "Host", value: "localhost")
            request.body = .bytes(ByteBuffer(bytes: body))
            let response = try await client.execute(request, timeout: Self.limit)
            let answer = try await response.body.collect(upTo: Self.answerLimitBytes)
            try await client.shutdown()
            return (response.status.code, Data(answer.readableBytesView))
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

private struct Refusal: Decodable {
    let message: String
}

/// The reasons why a request to a proxy's admin socket fails.
package enum DelegateClientError: Error, Sendable {
    /// No proxy listens at the path.
    case unreachable(path: String)
    /// The proxy refuses. `isOver` says that there is no session for the delegate.
    case refused(message: String, isOver: Bool)
}
