// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import TurnkeySandbox

/// Sends requests to a running sandbox, stamped by its root user.
struct Post: Sendable {
    private let ready: ReadyInformation
    private let key: P256.Signing.PrivateKey

    init(_ ready: ReadyInformation) throws {
        self.ready = ready
        key = try P256.Signing.PrivateKey(rawRepresentation: try #require(Hex.decode(ready.apiPrivateKey)))
    }

    func makeQuery() -> String {
        #"{"organizationId":"\#(ready.organizationId)"}"#
    }

    func makeStamp(_ body: String) throws -> String {
        try TurnkeySandboxTests.makeStamp(Data(body.utf8), by: key)
    }

    /// Answers the status, the body and the headers.
    func send(
        _ path: String,
        _ body: String,
        _ headers: [(String, String)],
        method: HTTPMethod = .POST
    ) async throws -> (UInt, JSONValue, HTTPHeaders) {
        var request = HTTPClientRequest(url: ready.baseUrl + path)
        request.method = method
        request.headers = HTTPHeaders(headers)
        if method == .POST { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return (response.status.code, try JSONReader.read(bytes.readableBytesView), response.headers)
    }
}
