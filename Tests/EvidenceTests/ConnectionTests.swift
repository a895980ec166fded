// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc
import Testing

@testable import stampd_evidence

@Suite("who asks for evidence", .serialized, .timeLimit(.minutes(15)))
struct ConnectionTests {
    @Test("who never reads, who has gone, and who writes hold up nobody") func hostile() throws {
        let host = try EvidenceHost()
        let frame = host.frame()
        defer { frame.stop() }
        let silent = try (0..<8).map { _ in try host.connect() }
        defer { for connection in silent { close(connection) } }
        close(try host.connect())
        let writer = try host.connect()
        defer { close(writer) }
        #expect(send(writer, "x", 1, Int32(MSG_NOSIGNAL)) == 1)
        let last = try host.connect()
        defer { close(last) }
        for _ in 0..<11 { try host.server.serveNext() }
        // The one that had gone has no line.
        #expect(host.lines.count == 10 && host.lines.allSatisfy { $0.hasPrefix("evidence for") }, "\(host.lines)")
        #expect(try ReadEnvelope(EvidenceHost.readAll(last)).bytes == Array(EvidenceHost.card.utf8))
        #expect(send(writer, "x", 1, Int32(MSG_NOSIGNAL)) == -1)
    }

    @Test("what is written to it has no part in the answer") func unread() throws {
        let host = try EvidenceHost()
        let frame = host.frame()
        defer { frame.stop() }
        let connection = try host.connect()
        defer { close(connection) }
        let text = #"{"parameters":{"card":"{}"}}"# + "\0"
        #expect(send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count)
        try host.server.serveNext()
        #expect(try ReadEnvelope(EvidenceHost.readAll(connection)).bytes == Array(EvidenceHost.card.utf8))
    }

    @Test("it ends when nobody connects, and serves whoever does before") func idle() throws {
        let host = try EvidenceHost()
        let frame = host.frame()
        defer { frame.stop() }
        let connections = try (0..<3).map { _ in try host.connect() }
        defer { for connection in connections { close(connection) } }
        try host.server.run(idleMilliseconds: 100)
        for connection in connections { #expect(try ReadEnvelope(EvidenceHost.readAll(connection)).evidence != "") }
    }

    @Test("base64url is that of RFC 4648, without padding") func base64URL() {
        let rows = [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
        for (text, encoded) in rows { #expect(Envelope.base64URL(Array(text.utf8)) == encoded) }
        #expect(Envelope.base64URL([0xFB, 0xFF]) == "-_8")
    }
}
