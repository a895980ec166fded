// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@Suite("a frame of a fleet over restarts and reloads", .serialized, .timeLimit(.minutes(15)))
struct DeliveryLifeTests {
    /// Runs `body` with a service manager that keeps state, a directory for frames, and a configuration.
    private func withKeptFleet(
        _ text: String,
        _ body: (ServiceManager, String, ConfigurationFile) throws -> Void
    ) async throws {
        try await withServiceManager { manager, directory in
            try TemporaryDirectory.with { own in
                try body(manager, directory, try ConfigurationFile(text, in: own.path))
            }
        }
    }

    @Test(
        "with kept state a card outlives its process, and so does what was taken",
        .keptState,
        arguments: [SIGTERM, SIGKILL]
    )
    func kept(_ signal: CInt) async throws {
        let approver = ConfiguredApprover()
        try await withKeptFleet(fleetConfiguration([approver])) { manager, directory, file in
            func start() throws -> FrameProcess { try manager.start(directory, fleetOptions(file)) }
            func end(_ frame: FrameProcess) throws {
                frame.process.send(signal)
                _ = try frame.process.wait()
            }
            var frame = try start()
            defer { frame.end() }
            let card = try frame.card()
            try end(frame)
            frame = try start()
            #expect(try frame.card() == card)
            let parcel = try SentParcel(to: card, by: approver.key)
            #expect(try frame.deliver(parcel).summary == "ok")
            try end(frame)
            frame = try start()
            let text = payload("after a restart")
            #expect(try frame.stampClient().stamper("Stamp", ["payload": text]).isStamp(of: text, by: card.publicKey))
            #expect(try frame.deliver(parcel).summary == "ParcelRefused reason=alreadyTaken")
            let next = try frame.card()
            #expect(next != card)
            #expect(try frame.deliver(parcel).summary == "ParcelRefused reason=alreadyTaken")
            try end(frame)
            // What it asks for has changed meanwhile: the card that waits is not given out any more.
            try file.replace(fleetConfiguration([approver], session: "other"))
            frame = try start()
            let other = try frame.card()
            #expect(other["session"] == "other" && other.publicKey != next.publicKey)
            #expect(
                try frame.deliver(SentParcel(to: next, by: approver.key)).summary == "ParcelRefused reason=otherCard"
            )
        }
    }

    @Test("without kept state there is a new card, and an answer to the old one is no use") func restarted()
        async throws
    {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver])) { frame, file in
            let card = try frame.card()
            let taken = try SentParcel(to: card, by: approver.key)
            #expect(try frame.deliver(taken).summary == "ok")
            let waiting = try SentParcel(to: frame.card(), by: approver.key)
            #expect(try frame.stop() == .exited(0))
            let next = try FrameProcess(in: frame.directory, fleetOptions(file))
            defer { next.end() }
            for parcel in [taken, waiting] {
                #expect(try next.deliver(parcel).summary == "ParcelRefused reason=otherCard")
            }
            #expect(try next.card() != card)
            #expect(try next.millisecondsLeft() == nil)
        }
    }

    @Test("an approver that a reload takes away is refused from the first parcel after it; what runs goes on")
    func takenAway() async throws {
        let (first, second) = (ConfiguredApprover(), ConfiguredApprover(SSHSigningKey(.ecdsa)))
        try await withFleetFrame(fleetConfiguration([first, second])) { frame, file in
            #expect(try frame.deliver(SentParcel(to: frame.card(), by: first.key)).summary == "ok")
            let card = try frame.card()
            let parcel = try SentParcel(to: card, by: first.key)
            try file.replace(fleetConfiguration([second]))
            try frame.reloadByHand()
            #expect(frame.log.contains("reloaded: delivery\n"))
            #expect(try frame.deliver(parcel).summary == "ParcelRefused reason=unknownApprover")
            // The card that waits stays: it asks for what it asked for.
            #expect(try frame.card() == card)
            #expect(try frame.millisecondsLeft() != nil)
            try file.replace(fleetConfiguration([]))
            try frame.reloadByHand()
            #expect(
                try frame.deliver(SentParcel(to: card, by: second.key)).summary
                    == "ParcelRefused reason=unknownApprover"
            )
            try file.replace(fleetConfiguration([first, second]))
            try frame.reloadByHand()
            #expect(try frame.deliver(parcel).summary == "ok")
        }
    }

    @Test("where the configuration says so, the sessions of an approver who is taken away end, and no others")
    func endOnRevocation() async throws {
        var (first, second) = (ConfiguredApprover(), ConfiguredApprover(SSHSigningKey(.ecdsa)))
        (first.sessions, second.sessions) = (["a", "b"], ["a", "b"])
        func text(_ approvers: [ConfiguredApprover], _ session: String = "a", end: Bool = true) throws -> String {
            try fleetConfiguration(approvers, session: session, endOnRevocation: end)
        }
        try await withFleetFrame(text([first, second])) { frame, file in
            let other = try frame.startSession("other")
            #expect(try frame.deliver(SentParcel(to: frame.card(), by: first.key)).summary == "ok")
            try file.replace(text([first, second], "b"))
            try frame.reloadByHand()
            #expect(try frame.deliver(SentParcel(to: frame.card(), by: second.key)).summary == "ok")
            // Without the member, nothing ends.
            try file.replace(text([second], "b", end: false))
            try frame.reloadByHand()
            #expect(try frame.millisecondsLeft(of: "a") != nil)
            try file.replace(text([second], "b"))
            try frame.reloadByHand()
            #expect(try frame.millisecondsLeft(of: "a") == nil)
            #expect(try frame.millisecondsLeft(of: "b") != nil)
            #expect(
                frame.log.contains("the session a ends: its approver \(first.key.fingerprint) is not there any more")
            )
            let text = payload("the others")
            let stamp = try frame.stampClient().stamper("Stamp", ["payload": text, "session": "other"])
            #expect(try stamp.isStamp(of: text, by: other.publicKey))
            // An approver who is there, and may not begin this session any more.
            second.sessions = ["a"]
            try file.replace(fleetConfiguration([second], session: "b", endOnRevocation: true))
            try frame.reloadByHand()
            #expect(try frame.millisecondsLeft(of: "b") == nil)
        }
    }

    /// What a reload leaves of `delivery`, and whether the sessions that an approver started end with it.
    struct Removal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isEnding: Bool
        let endsSessions: Bool
    }

    @Test(
        "a reload that takes the whole member away takes its approvers away",
        arguments: [
            Removal(testDescription: "sessions end where it said so", isEnding: true, endsSessions: true),
            Removal(testDescription: "else they go on", isEnding: false, endsSessions: false),
        ]
    )
    func removedWhole(_ removal: Removal) async throws {
        let approver = ConfiguredApprover()
        let text = try fleetConfiguration([approver], endOnRevocation: removal.isEnding)
        try await withFleetFrame(text) { frame, file in
            let other = try frame.startSession("other")
            #expect(try frame.deliver(SentParcel(to: frame.card(), by: approver.key)).summary == "ok")
            try file.replace("{}")
            try frame.reloadByHand()
            #expect(try (frame.millisecondsLeft() == nil) == removal.endsSessions)
            let line = "the session default ends: its approver \(approver.key.fingerprint) is not there any more"
            #expect(frame.log.contains(line) == removal.endsSessions)
            let text = payload("the others")
            let stamp = try frame.stampClient().stamper("Stamp", ["payload": text, "session": "other"])
            #expect(try stamp.isStamp(of: text, by: other.publicKey))
        }
    }

    @Test("so it is where the approver was taken away while nobody ran", .keptState) func endedAtStart() async throws {
        let (first, second) = (ConfiguredApprover(), ConfiguredApprover(SSHSigningKey(.ecdsa)))
        let text = try fleetConfiguration([first, second], endOnRevocation: true)
        try await withKeptFleet(text) { manager, directory, file in
            let frame = try manager.start(directory, fleetOptions(file))
            defer { frame.end() }
            #expect(try frame.deliver(SentParcel(to: frame.card(), by: first.key)).summary == "ok")
            frame.process.send(SIGKILL)
            _ = try frame.process.wait()
            let next = try manager.start(directory, fleetOptions(file))
            defer { next.end() }
            #expect(try next.millisecondsLeft() != nil)
            next.process.send(SIGKILL)
            _ = try next.process.wait()
            try file.replace(fleetConfiguration([second], endOnRevocation: true))
            let last = try manager.start(directory, fleetOptions(file))
            defer { last.end() }
            #expect(try last.millisecondsLeft() == nil)
        }
    }

    @Test("a reload that asks for something else makes a new card; one that is wrong changes nothing") func reloaded()
        async throws
    {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver])) { frame, file in
            let card = try frame.card()
            try file.replace(fleetConfiguration([approver]).replacing("web-17.example", with: "NO HOST"))
            try frame.reloadByHand()
            #expect(frame.log.contains("delivery: host takes a host's name, 1 to 253 of a-z 0-9 . _ : -, at byte "))
            #expect(try frame.card() == card)
            // A P-256 key that is no point.
            var ecdsa = ConfiguredApprover(SSHSigningKey(.ecdsa))
            ecdsa.sessions = ["default"]
            let blob = Data(SSHSigningKey.blob(.ecdsa, [4] + [UInt8](repeating: 7, count: 64))).base64EncodedString()
            let right = Data(ecdsa.key.blob).base64EncodedString()
            try file.replace(fleetConfiguration([approver, ecdsa]).replacing(right, with: blob))
            try frame.reloadByHand()
            #expect(frame.log.contains("delivery: the key of approver 2 is no point of its curve"))
            #expect(try frame.card() == card)
            for change in [
                (try fleetConfiguration([approver], fleet: "db"), "fleet"),
                (try fleetConfiguration([approver], session: "b"), "session"),
            ] {
                let before = try frame.card()
                try file.replace(change.0)
                try frame.reloadByHand()
                #expect(try frame.card() != before, "\(change.1)")
            }
            try file.replace("{}")
            try frame.reloadByHand()
            #expect(try frame.deliverClient().call("io.stampd.Delivery.GetCard").summary == "NotConfigured")
        }
    }
}
