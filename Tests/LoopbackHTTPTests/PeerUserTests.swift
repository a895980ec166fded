// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import Testing

@testable import LoopbackHTTP

@Suite("Whose a loopback connection is")
struct PeerUserTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let userId: UInt32
        var isHeld = true
        var own: UInt32 = 1_000
        let expected: PeerUser
    }

    @Test(
        "this process's user and root are trusted; a number that stands for many, and a socket without a process, are not",
        arguments: [
            Row(testDescription: "own", userId: 1_000, expected: .trusted),
            Row(testDescription: "root", userId: 0, expected: .trusted),
            Row(testDescription: "another", userId: 1_001, expected: .foreign),
            Row(testDescription: "unknown", userId: 65_534, expected: .foreign),
            Row(testDescription: "left by its process", userId: 0, isHeld: false, expected: .foreign),
            Row(testDescription: "unknown, as this process is", userId: 65_534, own: 65_534, expected: .untold),
            Row(testDescription: "root's, and this process is unknown", userId: 0, own: 65_534, expected: .trusted),
        ]
    )
    func trust(_ row: Row) {
        #expect(PeerUser(userId: row.userId, isHeld: row.isHeld, ownUserId: row.own) == row.expected)
    }

    @Test("the kernel tells this process's own socket, at both addresses", arguments: ["127.0.0.1", "::1"])
    func asked(_ address: String) throws {
        let pair = try LoopbackPair(address)
        defer { pair.close() }
        let user = PeerUser(peer: pair.client, own: pair.server)
        // A kernel without sock_diag tells nothing, which is no refusal.
        #expect(user == .trusted || user == .untold)
        #expect(PeerUser(peer: pair.client, own: try SocketAddress(ipAddress: address, port: 1)) == .untold)
        #expect(PeerUser(peer: nil, own: pair.server) == .untold)
    }
}
