// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import NIOCore
import Testing

@testable import LoginPage

@Suite("The port of a page", .timeLimit(.minutes(15)))
struct LoopbackPortTests {
    private static let respond: LoopbackServer.Responder = { _, peer in
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(peer.port)")))
    }

    @Test("where somebody listens at one address, the other is not served alone", arguments: ["127.0.0.1", "::1"])
    func occupied(_ address: String) async throws {
        // A port that is free at one address may be another program's at the other: then another port is tried.
        var isFree = false
        for _ in 0..<20 where !isFree { isFree = try await Self.isFreeAfterwards(beside: address) }
        #expect(isFree, "the other address is still taken")
    }

    /// Whether a port that found `address` taken leaves the other address free.
    private static func isFreeAfterwards(beside address: String) async throws -> Bool {
        let stranger = LoopbackServer(at: address, port: 0, .page, respond)
        let taken = try await stranger.start()
        let port = try await LoopbackPort.open(at: .localhost, ports: [taken, 0], respond)
        #expect(port.number != taken)
        await port.close()
        await #expect(throws: LoginPageError.noCommonPort(attempts: 1)) {
            try await LoopbackPort.open(at: .localhost, ports: [taken], respond)
        }
        let other = LoopbackServer(at: address == "::1" ? "127.0.0.1" : "::1", port: taken, .page, respond)
        let isFree = (try? await other.start()) == taken
        await other.stop()
        await stranger.stop()
        return isFree
    }

    @Test("it is taken at both addresses, and nobody can come in beside it")
    func both() async throws {
        let port = try await LoopbackPort.open(at: .localhost, Self.respond)
        #expect(port.number >= 1024)
        for address in ["127.0.0.1", "::1"] {
            let stranger = LoopbackServer(at: address, port: port.number, .page, Self.respond)
            await #expect(throws: IOError.self) { try await stranger.start() }
            await stranger.stop()
        }
        await port.close()
    }
}
