// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@Suite("the audit of deliveries", .serialized, .timeLimit(.minutes(15)))
struct DeliveryAuditTests {
    private func withAuditedFleet(
        _ text: String,
        _ body: (FrameProcess, FakeJournal, ConfigurationFile) throws -> Void
    ) async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let file = try ConfigurationFile(text, in: own.path)
                try TemporaryDirectory.with { directory in
                    let journal = try FakeJournal(path: directory.path(of: "journal"))
                    let frame = try FrameProcess(
                        in: directory.path,
                        ["--journal-socket", journal.path] + fleetOptions(file)
                    )
                    defer { frame.end() }
                    #expect(try journal.read()["STAMPD_EVENT"] == "auditStarted")
                    try body(frame, journal, file)
                }
            }
        }
    }

    @Test("each card, delivery, refusal and revocation is a record that names the approver's key as OpenSSH does")
    func records() async throws {
        let (approver, stranger) = (ConfiguredApprover(), SSHSigningKey(.securityKeyECDSA))
        let text = try fleetConfiguration([approver], endOnRevocation: true)
        try await withAuditedFleet(text) { frame, journal, file in
            func next(_ event: String, _ fields: FakeJournal.Record, approver key: SSHSigningKey?) throws {
                let record = try journal.read()
                #expect(record["STAMPD_EVENT"] == event)
                #expect(record["STAMPD_APPROVER"] == key?.fingerprint, "\(event)")
                for (name, value) in fields { #expect(record["STAMPD_\(name)"] == value, "\(event) \(name)") }
            }
            let card = try frame.card()
            let ofCard = ["SESSION": "default", "PUBLIC_KEY": card.publicKey]
            try next(
                "cardMade",
                ofCard.merging(["CARD_SHA256": card.hash, "PEER_UID": "\(getuid())"]) { $1 },
                approver: nil
            )
            _ = try frame.card()
            try frame.deliver(SentParcel("{", by: approver.key))
            try next("refusal", ["RULE": "ParcelRefused.malformed"], approver: nil)
            try frame.deliver(SentParcel(to: card, by: stranger))
            try next("refusal", ["RULE": "ParcelRefused.unknownApprover", "SESSION": "default"], approver: stranger)
            try frame.deliver(SentParcel(to: card, by: approver.key, seconds: -1))
            try next("refusal", ["RULE": "ParcelRefused.tooLate"], approver: approver.key)
            let parcel = try SentParcel(to: card, by: approver.key)
            try frame.deliver(parcel)
            let claims = [
                "CLAIMED_ORGANIZATION_ID": "an-organization", "CLAIMED_USER_ID": "a-user", "DECISION": "allowed",
            ]
            try next("delivery", ofCard.merging(claims) { $1 }, approver: approver.key)
            try next("sessionStarted", ofCard, approver: nil)
            try frame.deliver(parcel)
            try next("refusal", ["RULE": "ParcelRefused.alreadyTaken"], approver: approver.key)
            try file.replace(fleetConfiguration([], endOnRevocation: true))
            try frame.reloadByHand()
            try next("approverRevoked", ofCard, approver: approver.key)
            try next("sessionEnded", ofCard, approver: nil)
            #expect(try journal.readAll().isEmpty)
        }
    }

    @Test("where the audit is required and there is no journal, no session begins until there is one")
    func absent() async throws {
        let approver = ConfiguredApprover()
        try await blocking {
            try TemporaryDirectory.with { own in
                let text = try fleetConfiguration([approver], with: ["auditRequired": true])
                let file = try ConfigurationFile(text, in: own.path)
                try TemporaryDirectory.with { directory in
                    let path = directory.path(of: "journal")
                    let frame = try FrameProcess(in: directory.path, ["--journal-socket", path] + fleetOptions(file))
                    defer { frame.end() }
                    let parcel = try SentParcel(to: frame.card(), by: approver.key)
                    for _ in 0..<3 { #expect(try frame.deliver(parcel).summary.hasPrefix("RateLimited")) }
                    #expect(try frame.millisecondsLeft() == nil)
                    let journal = try FakeJournal(path: path)
                    var records: [FakeJournal.Record] = []
                    try waitUntil("a parcel that is taken") {
                        records += try journal.readAll()
                        return try frame.deliver(parcel).error == nil
                    }
                    // Its record is there before the answer is.
                    records += try journal.readAll()
                    #expect(records.filter { $0["STAMPD_EVENT"] == "delivery" }.count == 1)
                    #expect(try frame.millisecondsLeft() != nil)
                }
            }
        }
    }

    @Test("no session begins while the journal takes no records: the parcel is taken once it does") func full()
        async throws
    {
        let approver = ConfiguredApprover()
        try await withAuditedFleet(fleetConfiguration([approver])) { frame, journal, _ in
            try frame.startSession("other")
            let parcel = try SentParcel(to: frame.card(), by: approver.key)
            // The socket holds as many datagrams as it may; what comes then waits in the frame.
            let client = try frame.stampClient()
            for _ in 0..<64 { try client.stamper("Stamp", ["payload": payload("p"), "session": "other"]) }
            var refused = try frame.deliver(parcel)
            try waitUntil("a journal that is full") {
                try client.stamper("Stamp", ["payload": payload("p"), "session": "other"])
                refused = try frame.deliver(parcel)
                return refused.error != nil
            }
            #expect(refused.summary.hasPrefix("RateLimited"))
            #expect(try frame.millisecondsLeft() == nil)
            var records = try journal.readAll()
            try waitUntil("a parcel that is taken") {
                records += try journal.readAll()
                return try frame.deliver(parcel).error == nil
            }
            // Its record is there before the answer is.
            records += try journal.readAll()
            #expect(records.filter { $0["STAMPD_EVENT"] == "delivery" }.count == 1)
        }
    }
}
