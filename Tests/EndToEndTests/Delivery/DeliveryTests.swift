// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@Suite("deliveries", .serialized, .timeLimit(.minutes(15)))
struct DeliveryTests {
    @Test(
        "a card is answered by an approver of each kind of key, and the session of its key begins",
        arguments: SSHSigningKey.Kind.allCases
    )
    func delivered(_ kind: SSHSigningKey.Kind) async throws {
        let approver = ConfiguredApprover(SSHSigningKey(kind))
        try await withFleetFrame(fleetConfiguration([approver])) { frame, _ in
            let card = try frame.card()
            #expect(try frame.card() == card)
            #expect(card["fleet"] == "web" && card["frame"] == "web-17.a" && card["host"] == "web-17.example")
            #expect(card["v"] == "1" && card["session"] == "default" && card["expirationSeconds"] == "14400")
            #expect(card["nonce"].count == 32)
            #expect(try frame.stampClient().stamper("GetSession").summary.hasPrefix("NoSession"))
            let reply = try frame.deliver(SentParcel(to: card, by: approver.key))
            #expect(reply.error == nil, "\(reply.summary)")
            let session = reply.object("session")
            #expect(session["name"] as? String == "default" && session["publicKey"] as? String == card.publicKey)
            #expect(
                session["organizationId"] as? String == "an-organization" && session["userId"] as? String == "a-user"
            )
            #expect(session["origin"] as? String == "generated")
            let text = payload("delivered")
            #expect(try frame.stampClient().stamper("Stamp", ["payload": text]).isStamp(of: text, by: card.publicKey))
            let next = try frame.card()
            #expect(next != card && next.publicKey != card.publicKey && next["nonce"] != card["nonce"])
            // The next answer takes the session's place.
            #expect(try frame.deliver(SentParcel(to: next, by: approver.key)).error == nil)
            #expect(try frame.stampClient().stamper("Stamp", ["payload": text]).isStamp(of: text, by: next.publicKey))
        }
    }

    @Test("what OpenSSH itself signs is taken", arguments: ["ed25519", "ecdsa"]) func openSSH(
        _ type: String
    ) async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let key = try SSHKeygen(type, in: own.path)
                let configured = try fleetConfiguration([ConfiguredApprover()])
                    .replacing(/"key":"[^"]*"/, with: "\"key\":\"\(key.line)\"")
                let file = try ConfigurationFile(configured, in: own.path)
                try TemporaryDirectory.with { directory in
                    let frame = try FrameProcess(in: directory.path, fleetOptions(file))
                    defer { frame.end() }
                    let parcel = try SentParcel(to: frame.card(), by: SSHSigningKey(.ed25519)).text
                    let signature = try key.sign(parcel, namespace: "stampd-parcel@stampd.io")
                    #expect(try frame.deliver(SentParcel(parcel, signature: signature)).error == nil)
                }
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let make: @Sendable (ReceivedCard, SSHSigningKey) throws -> SentParcel

        init(
            _ testDescription: String,
            _ reason: String,
            _ make: @escaping @Sendable (ReceivedCard, SSHSigningKey) throws -> SentParcel
        ) {
            (self.testDescription, self.reason, self.make) = (testDescription, reason, make)
        }

        /// A parcel with other members.
        init(_ testDescription: String, _ reason: String, _ changes: @escaping @Sendable () -> [String: Any]) {
            self.init(testDescription, reason) { card, key in try SentParcel(to: card, by: key, changes()) }
        }

        /// A signature that is made otherwise.
        init(_ testDescription: String, signature change: @escaping @Sendable (inout SSHSigningKey.Terms) -> Void) {
            self.init(testDescription, "signature") { card, key in
                var terms = SSHSigningKey.Terms()
                change(&terms)
                return try SentParcel(to: card, by: key, [:], terms)
            }
        }
    }

    static let rows = [
        Row("no JSON", "malformed") { _, key in try SentParcel("{", by: key) },
        Row("nothing", "malformed") { _, key in try SentParcel("", by: key) },
        Row("an array", "malformed") { _, key in try SentParcel("[]", by: key) },
        Row("more than 16 KiB", "malformed") { ["userId": String(repeating: "a", count: 16_384)] },
        Row("white space up to more than 16 KiB", "malformed") { card, key in
            try SentParcel(String(repeating: " ", count: 16_384) + SentParcel(to: card, by: key).text, by: key)
        },
        Row("something behind it", "malformed") { card, key in
            try SentParcel(SentParcel(to: card, by: key).text + "{}", by: key)
        },
        Row("version 2", "malformed") { ["v": 2] },
        Row("a version as text", "malformed") { ["v": "1"] },
        Row("no version", "malformed") { ["v": NSNull()] },
        Row("no end", "malformed") { ["notAfter": NSNull()] },
        Row("another member", "malformed") { ["x": 1] },
        Row("a member of a card", "malformed") { ["host": "web-17.example"] },
        Row("a member twice", "malformed") { card, key in
            try SentParcel(SentParcel(to: card, by: key).text.replacing("{", with: #"{"v":1,"#), by: key)
        },
        Row("a time without a zone", "malformed") { ["notAfter": "2999-01-01T00:00:00"] },
        Row("a time with another zone", "malformed") { ["notAfter": "2999-01-01T00:00:00+01:00"] },
        Row("a day that is none", "malformed") { ["notAfter": "2999-02-29T00:00:00Z"] },
        Row("an organization that is not ASCII", "malformed") { ["organizationId": "ä"] },
        Row("no user", "malformed") { ["userId": ""] },
        Row("a fleet in capitals", "malformed") { ["fleet": "WEB"] },
        Row("a session that is no name", "malformed") { ["session": "a b"] },
        Row("a key in capitals", "malformed") { ["publicKey": "02" + String(repeating: "AB", count: 32)] },
        Row("a card's hash in capitals", "malformed") { ["card": String(repeating: "AB", count: 32)] },
        Row("no signature", "signature") { card, key in
            SentParcel(try SentParcel(to: card, by: key).text, signature: "")
        },
        Row("a long signature", "signature") { card, key in
            SentParcel(try SentParcel(to: card, by: key).text, signature: String(repeating: "A", count: 100_000))
        },
        Row("a signature of another parcel", "signature") { card, key in
            SentParcel(
                try SentParcel(to: card, by: key).text,
                signature: try SentParcel(to: card, by: key, ["userId": "b"]).signature
            )
        },
        Row("a parcel whose end was changed behind the signature", "signature") { card, key in
            let parcel = try SentParcel(to: card, by: key)
            return SentParcel(parcel.text.replacing("a-user", with: "b-user"), signature: parcel.signature)
        },
        Row("signed for a card", signature: { $0.namespace = "stampd-card@stampd.io" }),
        Row("signed as a file", signature: { $0.namespace = "file" }),
        Row("signed with SHA-1", signature: { $0.hash = "sha1" }),
        Row("of another version", signature: { $0.version = 2 }),
        Row("somebody's key in the place of the signer's", signature: { $0.key = SSHSigningKey(.ed25519).blob }),
        Row("signed by nobody who is known", "unknownApprover") { card, _ in
            try SentParcel(to: card, by: SSHSigningKey(.ed25519))
        },
        Row("for another fleet", "notForThisFrame") { ["fleet": "web2"] },
        Row("for another frame", "notForThisFrame") { ["frame": "web-18.a"] },
        Row("for another card", "otherCard") { ["card": String(repeating: "ab", count: 32)] },
        Row("for another session", "otherCard") { ["session": "admin"] },
        Row("for another key", "otherCard") { ["publicKey": "02" + String(repeating: "ab", count: 32)] },
        Row("over a second ago", "tooLate") { card, key in try SentParcel(to: card, by: key, seconds: -1) },
        Row("over an hour ago", "tooLate") { card, key in try SentParcel(to: card, by: key, seconds: -3600) },
        Row("over since 1970", "tooLate") { ["notAfter": "1970-01-01T00:00:00Z"] },
        Row("for another organization", "sessionNotAllowed") { ["organizationId": "another"] },
        // Of several faults the first.
        Row("by nobody, for another fleet and card, over", "unknownApprover") { card, _ in
            try SentParcel(
                to: card,
                by: SSHSigningKey(.ed25519),
                seconds: -9,
                ["fleet": "x", "card": String(repeating: "ab", count: 32)]
            )
        },
        Row("for another frame and card, over", "notForThisFrame") { card, key in
            try SentParcel(to: card, by: key, seconds: -9, ["frame": "x", "card": String(repeating: "ab", count: 32)])
        },
        Row("for another card, over", "otherCard") { card, key in
            try SentParcel(to: card, by: key, seconds: -9, ["card": String(repeating: "ab", count: 32)])
        },
        Row("over, for another organization", "tooLate") { card, key in
            try SentParcel(to: card, by: key, seconds: -9, ["organizationId": "x"])
        },
    ]

    @Test("each parcel that is not taken is refused for its own reason, and changes nothing")
    func refused() async throws {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver], with: ["maximumRefusalsPerWindow": 10_000])) {
            frame,
            _ in
            let card = try frame.card()
            for row in Self.rows {
                let reply = try frame.deliver(row.make(card, approver.key))
                #expect(reply.summary == "ParcelRefused reason=\(row.reason)", "\(row.testDescription)")
            }
            let client = try frame.deliverClient()
            #expect(
                try client.call("io.stampd.Delivery.Deliver", ["parcel": "{}"]).summary
                    == "InvalidParameter parameter=signature"
            )
            #expect(
                try client.call("io.stampd.Delivery.Deliver", ["parcel": "{}", "signature": "", "x": 1]).summary
                    == "InvalidParameter parameter=x"
            )
            #expect(try frame.card() == card)
            #expect(try frame.millisecondsLeft() == nil)
            let parcel = try SentParcel(to: card, by: approver.key)
            #expect(try frame.deliver(parcel).summary == "ok")
            #expect(try frame.deliver(parcel).summary == "ParcelRefused reason=alreadyTaken")
            let status = try frame.stampClient().stamper("GetStatus").object("status")
            #expect(status["delivered"] as? Int == 1)
            let counts = status["refusedParcels"] as? [[String: Any]] ?? []
            let counted = Dictionary(
                uniqueKeysWithValues: counts.map { ($0["reason"] as? String ?? "", $0["count"] as? Int ?? 0) }
            )
            #expect(
                counted == Dictionary(grouping: Self.rows.map(\.reason) + ["alreadyTaken"]) { $0 }.mapValues(\.count)
            )
        }
    }

    @Test("of two approvers at once the first is taken, and the second is told so") func twoApprovers() async throws {
        let approvers = [ConfiguredApprover(), ConfiguredApprover(SSHSigningKey(.securityKeyECDSA))]
        try await withFleetFrame(fleetConfiguration(approvers)) { frame, _ in
            let card = try frame.card()
            let parcels = try approvers.map { try SentParcel(to: card, by: $0.key).parameters }
            let client = try frame.deliverClient()
            try client.write(parcels.flatMap { makeCall("io.stampd.Delivery.Deliver", $0) })
            #expect(try client.readReply().error == nil)
            #expect(try client.readReply().summary == "ParcelRefused reason=alreadyTaken")
        }
    }

    @Test(
        "a deadline is the earliest of the parcel's end, the approver's maximum and the frame's",
        arguments: [
            (100, 500, 500, 100), (500, 100, 500, 100), (500, 500, 100, 100),
        ]
    )
    func deadlines(_ parcel: Int, _ approver: Int, _ frame: Int, _ expected: Int) async throws {
        var configured = ConfiguredApprover()
        configured.maximumExpirationSeconds = approver
        let text = try fleetConfiguration([configured], with: ["maximumExpirationSeconds": frame])
            .replacing("\"expirationSeconds\":14400", with: "\"expirationSeconds\":60")
        try await withFleetFrame(text) { frame, _ in
            let reply = try frame.deliver(
                SentParcel(to: frame.card(), by: configured.key, seconds: TimeInterval(parcel))
            )
            let left = try #require(reply.object("session")["expiresInMilliseconds"] as? Int)
            // A parcel's end is cut to the second; the machine may be slow.
            #expect((expected * 1000 - 21_000...expected * 1000).contains(left))
        }
    }

    @Test(
        "a clock that is an hour off is what a parcel's end is compared with; a deadline runs on without it",
        arguments: [
            (3600, 1800.0, "ParcelRefused reason=tooLate"), (-3600, 1800.0, "ok"), (-3600, -1800.0, "ok"),
            (3600, 5400.0, "ok"),
        ]
    )
    func clocks(_ ahead: Int, _ seconds: TimeInterval, _ summary: String) async throws {
        var approver = ConfiguredApprover()
        approver.maximumExpirationSeconds = 600
        try await blocking {
            try TemporaryDirectory.with { own in
                let library = try PreloadedLibrary(
                    """
                    #include <time.h>
                    #include <sys/syscall.h>
                    int clock_gettime(clockid_t clock, struct timespec *time) {
                        int result = syscall(SYS_clock_gettime, clock, time);
                        if (clock == CLOCK_REALTIME) time->tv_sec += \(ahead);
                        return result;
                    }
                    """,
                    in: own
                )
                let file = try ConfigurationFile(fleetConfiguration([approver]), in: own.path)
                try TemporaryDirectory.with { directory in
                    let frame = try FrameProcess(in: directory.path, fleetOptions(file), launcher: library.launcher)
                    defer { frame.end() }
                    let card = try frame.card()
                    let end = try #require(try? Date(card["notAfter"], strategy: .iso8601))
                    #expect(abs(end.timeIntervalSinceNow - 3600 - Double(ahead)) < 60)
                    let reply = try frame.deliver(SentParcel(to: card, by: approver.key, seconds: seconds))
                    #expect(reply.summary == summary)
                    guard reply.error == nil else { return }
                    let left = try #require(reply.object("session")["expiresInMilliseconds"] as? Int)
                    #expect((590_000...600_000).contains(left))
                }
            }
        }
    }

    @Test("locked, a frame looks at no parcel and gives out its card; unlocked, it takes the same one") func locked()
        async throws
    {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver])) { frame, _ in
            let control = try frame.controlClient()
            try control.control("Lock")
            let card = try frame.card()
            let parcel = try SentParcel(to: card, by: approver.key)
            #expect(try frame.deliver(parcel).summary == "Locked fallback=retry")
            #expect(try frame.deliver(SentParcel("{", by: approver.key)).summary == "Locked fallback=retry")
            #expect(try frame.card() == card)
            try control.control("Unlock")
            #expect(try frame.card() == card)
            #expect(try frame.deliver(parcel).summary == "ok")
        }
    }

    @Test("a reset destroys the card's key: there is a new card, and the old one's answer is no use") func reset()
        async throws
    {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver])) { frame, _ in
            let card = try frame.card()
            #expect(try frame.controlClient().control("ResetEmbeddedKey").summary == "ok")
            let next = try frame.card()
            #expect(next.publicKey != card.publicKey)
            #expect(
                try frame.deliver(SentParcel(to: card, by: approver.key)).summary == "ParcelRefused reason=otherCard"
            )
            // A new card's hash does not help the old key.
            let mixed = ["card": next.hash]
            #expect(
                try frame.deliver(SentParcel(to: card, by: approver.key, mixed)).summary
                    == "ParcelRefused reason=otherCard"
            )
            #expect(try frame.deliver(SentParcel(to: next, by: approver.key)).summary == "ok")
            #expect(try frame.controlClient().control("ResetEmbeddedKey").summary == "ok")
            #expect(try frame.millisecondsLeft() == nil)
        }
    }

    @Test("a card's end is its key's too, and a session takes no place among the keys that wait") func cardEnds()
        async throws
    {
        let approver = ConfiguredApprover()
        let text = try fleetConfiguration([approver], cardSeconds: 1, with: ["maximumPendingKeys": 1])
        try await withFleetFrame(text) { frame, _ in
            let control = try frame.controlClient()
            let waiting = try #require(try control.control("CreateSessionKey", ["session": "w"])["publicKey"])
            let card = try frame.card()
            #expect(
                try control.control("ActivateSession", ["publicKey": card.publicKey]).summary.hasPrefix(
                    "UnknownSessionKey"
                )
            )
            try control.control("DropSessionKey", ["publicKey": card.publicKey])
            try waitUntil("another card") { try frame.card() != card }
            #expect(
                try frame.deliver(SentParcel(to: card, by: approver.key)).summary == "ParcelRefused reason=otherCard"
            )
            #expect(try control.control("ActivateSession", ["publicKey": waiting]).error == nil)
        }
    }

    @Test("a parcel that was taken is not taken again when its session, and then its time, is over") func replayed()
        async throws
    {
        var approver = ConfiguredApprover()
        approver.maximumExpirationSeconds = 10
        try await withFleetFrame(fleetConfiguration([approver])) { frame, _ in
            let parcel = try SentParcel(to: frame.card(), by: approver.key, seconds: 40)
            #expect(try frame.deliver(parcel).summary == "ok")
            try waitUntil("the session's end") { try frame.millisecondsLeft() == nil }
            #expect(try frame.deliver(parcel).summary == "ParcelRefused reason=alreadyTaken")
            try waitUntil("the parcel's end") { try frame.deliver(parcel).summary == "ParcelRefused reason=tooLate" }
            #expect(try frame.millisecondsLeft() == nil)
        }
    }

    @Test("a full frame refuses a parcel, and takes it when there is a place") func full() async throws {
        let approver = ConfiguredApprover()
        try await withFleetFrame(fleetConfiguration([approver], with: ["maximumSessions": 1])) { frame, _ in
            try frame.startSession("other")
            let parcel = try SentParcel(to: frame.card(), by: approver.key)
            #expect(try frame.deliver(parcel).isFull(limit: 1, freeWithin: 900_001))
            try frame.controlClient().control("EndSession", ["session": "other"])
            #expect(try frame.deliver(parcel).summary == "ok")
        }
    }
}
