// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelUser
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
        "a user is known by its number; a number that stands for many, and a socket without a process, are nobody's",
        arguments: [
            Row(testDescription: "own", userId: 1_000, expected: .user(1_000)),
            Row(testDescription: "root", userId: 0, expected: .user(0)),
            Row(testDescription: "another", userId: 1_001, expected: .user(1_001)),
            Row(testDescription: "left by its process", userId: 0, isHeld: false, expected: .nobody),
            Row(testDescription: "root's, and this process is unknown", userId: 0, own: 65_534, expected: .user(0)),
        ]
            + KernelUser.unknown.map { Row(testDescription: "unknown: \($0)", userId: $0, expected: .nobody) }
            + KernelUser.unknown.map {
                Row(testDescription: "\($0), as this process is", userId: $0, own: $0, expected: .untold)
            }
    )
    func told(_ row: Row) {
        #expect(PeerUser(userId: row.userId, isHeld: row.isHeld, ownUserId: row.own) == row.expected)
    }

    @Test("the number for users whom the kernel cannot name is the kernel's own, whatever it is set to")
    func unknown() throws {
        let text = try String(contentsOfFile: "/proc/sys/kernel/overflowuid", encoding: .utf8)
        let number = try #require(UInt32(text.trimmingCharacters(in: .newlines)))
        #expect(KernelUser.unknown == [65_534, .max, number])
    }

    @Test("the kernel tells this process's own socket, at both addresses", arguments: ["127.0.0.1", "::1"])
    func asked(_ address: String) throws {
        let pair = try LoopbackPair(address)
        defer { pair.close() }
        let user = PeerUser(peer: pair.client, own: pair.server)
        // A kernel without sock_diag tells nothing, which is no refusal.
        #expect(user == .user(geteuid()) || user == .untold)
        #expect(PeerUser(peer: pair.client, own: try SocketAddress(ipAddress: address, port: 1)) == .untold)
        #expect(PeerUser(peer: nil, own: pair.server) == .untold)
    }
}
