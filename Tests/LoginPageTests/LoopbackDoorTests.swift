// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import NIOCore
import Testing

@testable import LoginPage

@Suite("The port of a page", .timeLimit(.minutes(5)))
struct LoopbackDoorTests {
    private static let respond: LoopbackServer.Responder = { _, port in
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(port)")))
    }

    @Test("where somebody listens at one address, the other is not served alone", arguments: ["127.0.0.1", "::1"])
    func occupied(_ address: String) async throws {
        let stranger = LoopbackServer(at: address, port: 0, .page, Self.respond)
        let port = try await stranger.start()
        let door = try await LoopbackDoor.open(at: .localhost, ports: [port, 0], Self.respond)
        #expect(door.port != port)
        await door.close()
        await #expect(throws: LoginPageError.noCommonPort(attempts: 1)) {
            try await LoopbackDoor.open(at: .localhost, ports: [port], Self.respond)
        }
        // Both addresses are free again but for the stranger's.
        let other = LoopbackServer(at: address == "::1" ? "127.0.0.1" : "::1", port: port, .page, Self.respond)
        #expect(try await other.start() == port)
        await other.stop()
        await stranger.stop()
    }

    @Test("it is taken at both addresses, and nobody can come in beside it")
    func both() async throws {
        let door = try await LoopbackDoor.open(at: .localhost, Self.respond)
        #expect(door.port >= 1024)
        for address in ["127.0.0.1", "::1"] {
            let stranger = LoopbackServer(at: address, port: door.port, .page, Self.respond)
            await #expect(throws: IOError.self) { try await stranger.start() }
            await stranger.stop()
        }
        await door.close()
    }
}
