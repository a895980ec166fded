// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("a frame after a hundred thousand calls", .timeLimit(.minutes(15)))
struct LeakTests {
    private static let callsPerRound = 20

    @Test("has the memory and the descriptors that it had after ten thousand") func calls() async throws {
        try await withFrame(["--maximum-stamps-per-second", "0"]) { frame in
            // One more is made for the first peer, and kept: the set of peers that are waited for.
            let descriptors = try frame.descriptorCount() + 1
            let round = try Self.round(bundle: frame.bundle(of: Credential()))
            for _ in 0..<500 { try Self.play(round, frame) }
            let before = try frame.status("VmRSS")
            for _ in 0..<4500 { try Self.play(round, frame) }
            let growth = try frame.status("VmRSS") - before
            #expect(growth < 512, "\(growth) KiB: more than five bytes a call")
            try waitUntil("its peers' descriptors are closed") { try frame.descriptorCount() <= descriptors }
        }
    }

    /// Of each kind of answer one, and at the end what is no call, so that the frame ends the connection.
    private static func round(bundle: String) -> [UInt8] {
        let other = ["expectPublicKey": "02" + String(repeating: "0", count: 64), "payload": "{}"]
        let calls: [(String, [String: Any]?)] = [
            ("Control.InitEmbeddedKey", nil), ("Stamper.GetEmbeddedPublicKey", nil),
            ("Control.InjectCredentialBundle", ["bundle": bundle, "session": "a"]), ("Stamper.Stamp", other),
            ("Stamper.Stamp", ["payload": payload("leaks"), "session": "a"]),
            ("Stamper.Stamp", ["payload": payload(String(repeating: "x", count: 20_000)), "session": "a"]),
            ("Control.InjectCredentialBundle", ["bundle": bundle + "1"]),
            ("Control.CreateSessionKey", ["session": "b"]),
            ("Stamper.ListSessions", nil), ("Stamper.GetStatus", nil), ("Stamper.GetSession", ["session": "none"]),
            ("Control.Lock", nil), ("Stamper.Stamp", ["payload": "{}", "session": "a"]), ("Control.Unlock", nil),
            ("Stamper.ReportRejected", ["publicKey": "02" + String(repeating: "1", count: 64)]),
            ("Stamper.Explain", ["payload": payload("leaks"), "session": "a"]), ("Control.ListAccounts", nil),
            ("Control.EndSession", ["session": "a"]), ("Stamper.None", nil),
        ]
        return calls.flatMap { makeCall("io.stampd.\($0)", $1) } + Array("no call\0".utf8)
    }

    private static func play(_ round: [UInt8], _ frame: FrameProcess) throws {
        let client = try frame.controlClient()
        try client.write(round)
        var count = 0
        while try client.readFrame() != nil { count += 1 }
        try #require(count == callsPerRound - 1)
    }
}
