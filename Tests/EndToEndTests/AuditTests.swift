// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite("the audit", .serialized, .timeLimit(.minutes(15)))
struct AuditTests {
    /// A record without what differs from run to run; that those are numbers is checked here.
    private func fixed(_ record: FakeJournal.Record) throws -> FakeJournal.Record {
        var record = record
        for name in ["MESSAGE_ID", "MESSAGE", "STAMPD_SEQUENCE", "STAMPD_CHAIN"] {
            #expect(record.removeValue(forKey: name) != nil)
        }
        #expect(record.removeValue(forKey: "SYSLOG_IDENTIFIER") == "stampd")
        let frameId = record.removeValue(forKey: "STAMPD_FRAME_ID")
        #expect((frameId?.count == 32) == (record["STAMPD_EVENT"] == "auditStarted"))
        // This process's own, where it has one.
        record.removeValue(forKey: "STAMPD_PEER_UNIT")
        if record["STAMPD_PEER_UID"] != nil {
            let microseconds = record.removeValue(forKey: "STAMPD_MICROSECONDS")
            #expect(microseconds.flatMap { Int($0) } != nil)
        }
        return record
    }

    private func expect(
        _ record: FakeJournal.Record,
        _ event: String,
        priority: Int,
        byCaller: Bool = true,
        _ fields: FakeJournal.Record = [:]
    ) throws {
        var expected = fields
        expected["STAMPD_EVENT"] = event
        expected["PRIORITY"] = "\(priority)"
        if byCaller {
            expected["STAMPD_PEER_UID"] = "\(getuid())"
            expected["STAMPD_ACCOUNT"] = "\(getuid())"
            expected["STAMPD_PEER_PID"] = "\(getpid())"
        }
        #expect(try fixed(record) == expected)
    }

    @Test("each decision and each change is one record with exactly its fields, and the catalog explains it")
    func everyKind() async throws {
        let catalog = try String(contentsOf: repository("systemd/stampd.catalog"), encoding: .utf8)
        try await withAuditedFrame { frame, journal in
            var seen: Set<String> = []
            func next(
                _ event: String,
                priority: Int = 5,
                byCaller: Bool = true,
                _ fields: FakeJournal.Record = [:]
            ) throws {
                let record = try journal.read()
                try expect(record, event, priority: priority, byCaller: byCaller, fields)
                let id = try #require(record["MESSAGE_ID"])
                #expect(catalog.contains("-- \(id)\nSubject: "))
                seen.insert(id)
            }
            try next("auditStarted", byCaller: false)
            let control = try frame.controlClient()
            let embedded = try frame.initEmbeddedKey()
            try next("embeddedKeyCreated", ["STAMPD_PUBLIC_KEY": embedded])

            let credential = Credential()
            let bundle = try frame.bundle(of: credential)
            journal.secrets += [bundle, hex(credential.key.rawRepresentation)]
            let claims = ["organizationId": "org claimed", "userId": "user=claimed"]
            try control.control("InjectCredentialBundle", ["bundle": bundle].merging(claims) { $1 })
            let session = ["STAMPD_SESSION": "default", "STAMPD_PUBLIC_KEY": credential.publicKey]
            let allowed = session.merging(["STAMPD_DECISION": "allowed"]) { $1 }
            try next(
                "injection",
                allowed.merging([
                    "STAMPD_CLAIMED_ORGANIZATION_ID": "org claimed", "STAMPD_CLAIMED_USER_ID": "user=claimed",
                ]) { $1 }
            )
            try next("sessionStarted", session)

            let payload =
                #"{"type":"ACTIVITY_TYPE_X","organizationId":"org-1","marker":"\#(payloadMarker)","parameters":{"type":"no"}}"#
            #expect(try control.stamper("Stamp", ["payload": payload]).error == nil)
            try next(
                "stamp",
                priority: 6,
                allowed.merging([
                    "STAMPD_PAYLOAD_SHA256": hex(SHA256.hash(data: Data(payload.utf8))),
                    "STAMPD_ACTIVITY_TYPE": "ACTIVITY_TYPE_X", "STAMPD_ORGANIZATION_ID": "org-1",
                ]) { $1 }
            )

            let other = "02" + String(repeating: "ab", count: 32)
            try control.stamper("Stamp", ["payload": payload, "expectPublicKey": other])
            let refused = ["STAMPD_DECISION": "refused"]
            try next(
                "refusal",
                priority: 4,
                session.merging(["STAMPD_DECISION": "refused", "STAMPD_RULE": "PublicKeyMismatch"]) { $1 }
            )
            try control.control("Lock")
            try next("locked")
            try control.stamper("Stamp", ["payload": payload, "session": "s"])
            try next(
                "refusal",
                priority: 4,
                refused.merging(["STAMPD_RULE": "Locked", "STAMPD_SESSION": "s"]) { $1 }
            )
            try control.control("Unlock")
            try next("unlocked")

            let made = try #require(try control.control("CreateSessionKey", ["session": "made"])["publicKey"])
            let ofMade = ["STAMPD_SESSION": "made", "STAMPD_PUBLIC_KEY": made]
            let allowedMade = ofMade.merging(["STAMPD_DECISION": "allowed"]) { $1 }
            try next("sessionKeyCreated", allowedMade)
            let unused = try #require(try control.control("CreateSessionKey", ["session": "unused"])["publicKey"])
            let allowedUnused = [
                "STAMPD_SESSION": "unused", "STAMPD_PUBLIC_KEY": unused, "STAMPD_DECISION": "allowed",
            ]
            try next("sessionKeyCreated", allowedUnused)
            for _ in 0..<2 { try control.control("DropSessionKey", ["publicKey": unused]) }
            try next("sessionKeyDropped", allowedUnused)
            try control.control("ActivateSession", ["publicKey": made, "userId": "u"])
            try next("activation", allowedMade.merging(["STAMPD_CLAIMED_USER_ID": "u"]) { $1 })
            try next("sessionStarted", ofMade)
            try control.control("EndSession", ["session": "made"])
            try next("sessionEnded", ofMade)

            try control.stamper("ReportRejected", ["publicKey": credential.publicKey])
            let reported = ["STAMPD_DECISION": "allowed", "STAMPD_PUBLIC_KEY": credential.publicKey]
            try next("reportRejected", priority: 4, reported)
            try next("sessionRejected", priority: 4, session)
            try control.control("ResetEmbeddedKey")
            try next("reset", ["STAMPD_DECISION": "allowed"])
            try next("embeddedKeyReset", byCaller: false)
            try control.control("EndSession", ["session": "none"])
            try next(
                "refusal",
                priority: 4,
                refused.merging(["STAMPD_RULE": "NoSession", "STAMPD_SESSION": "none"]) { $1 }
            )
            frame.process.send(SIGUSR1)
            try next("reset", byCaller: false, ["STAMPD_DECISION": "allowed"])
            #expect(seen.count == 16)
            let status = try control.stamper("GetStatus").object("status")
            #expect(status["auditSequence"] as? Int == journal.last?.sequence)
            #expect(status["auditChain"] as? String == journal.last?.chain)
        }
    }

    @Test("a session's expiry is a record that names no caller")
    func expiry() async throws {
        try await withAuditedFrame { frame, journal in
            let credential = try frame.startSession("brief", seconds: 1)
            try expect(
                journal.read("sessionExpired"),
                "sessionExpired",
                priority: 5,
                byCaller: false,
                ["STAMPD_SESSION": "brief", "STAMPD_PUBLIC_KEY": credential.publicKey]
            )
        }
    }

    @Test("nobody reads the journal: stamps go on, then the ring's records come in order, and the count of the lost")
    func stalled() async throws {
        try await withAuditedFrame { frame, journal in
            try frame.startSession()
            _ = try journal.read("sessionStarted")
            let client = try frame.stampClient()
            let payloads = (0..<1500).map { "stalled \($0)" }
            let calls = payloads.flatMap { makeCall("io.stampd.Stamper.Stamp", ["payload": $0]) }
            client.writeBehind(calls)
            for _ in payloads { #expect(try client.readReply().error == nil) }
            let lost = try #require(try client.stamper("GetStatus").object("status")["auditLost"] as? Int)
            #expect((1..<1500 - 1024).contains(lost))
            for payload in payloads.dropLast(lost) {
                let record = try journal.read()
                #expect(record["STAMPD_PAYLOAD_SHA256"] == hex(SHA256.hash(data: Data(payload.utf8))))
            }
            try expect(
                journal.read(),
                "recordsLost",
                priority: 3,
                byCaller: false,
                ["STAMPD_LOST": "\(lost)"]
            )
            #expect(try client.stamper("Stamp", ["payload": "after"]).error == nil)
            #expect(try journal.read()["STAMPD_PAYLOAD_SHA256"] == hex(SHA256.hash(data: Data("after".utf8))))
        }
    }

    @Test("records that a stalled journal does not take at the end are lost, and the log says how many")
    func stalledAtTheEnd() async throws {
        try await withAuditedFrame { frame, journal in
            try frame.startSession()
            let client = try frame.stampClient()
            for number in 0..<100 { #expect(try client.stamper("Stamp", ["payload": "\(number)"]).error == nil) }
            #expect(try frame.stop() == .exited(0))
            try frame.process.errors.waitForEnd()
            let line = frame.log.split(separator: "\n").first { $0.contains(" records of the audit were lost: ") }
            let words = try #require(line).split(separator: " ")
            let lost = try #require(words.lazy.compactMap { Int($0) }.first)
            // The audit's start, three of the session's, and each stamp's.
            for _ in 0..<(104 - lost) { _ = try journal.read() }
            #expect(lost > 0)
        }
    }

    @Test("a flood of refusals to a stalled journal is cut, counted for its user, and costs no stamp's record")
    func flood() async throws {
        try await withAuditedFrame { frame, journal in
            try frame.startSession()
            let client = try frame.stampClient()
            for number in 0..<300 {
                #expect(try client.stamper("Stamp", ["payload": "x", "session": "none"]).error != nil)
                if number % 100 == 0 { #expect(try client.stamper("Stamp", ["payload": "kept"]).error == nil) }
            }
            frame.process.send(SIGTERM)
            var counts: [String: Int] = [:]
            var leftOut = 0
            // Once for each window of time in which some were left out.
            while leftOut == 0 || leftOut + counts["refusal", default: 0] < 300 {
                let record = try journal.read()
                counts[record["STAMPD_EVENT"] ?? "", default: 0] += 1
                guard record["STAMPD_EVENT"] == "refusalsLeftOut" else { continue }
                #expect(record["STAMPD_ACCOUNT"] == "\(getuid())")
                leftOut += try #require(record["STAMPD_LEFT_OUT"].flatMap { Int($0) })
            }
            #expect(leftOut + counts["refusal", default: 0] == 300)
            #expect(counts["stamp"] == 3)
            #expect(counts["refusal", default: 0] <= 40 * counts["refusalsLeftOut", default: 0])
        }
    }

    static let subjects: [(payload: String, type: String?, organization: String?)] = [
        (#"{"type":"T","organizationId":"o"}"#, "T", "o"),
        (#"{"organizationId":"a b=c"}"#, nil, "a b=c"),
        (#"{"type":"T\nMESSAGE=forged","organizationId":"o"}"#, "invalid", "o"),
        (#"{"type":"T\u0000","organizationId":"\u007f"}"#, "invalid", "invalid"),
        (#"{"type":"é","organizationId":""}"#, "invalid", "invalid"),
        ("{\"type\":\"\u{7f}\"}", "invalid", nil),
        (#"{"type":7,"organizationId":null}"#, "invalid", "invalid"),
        (#"{"type":"\#(String(repeating: "t", count: 128))"}"#, String(repeating: "t", count: 128), nil),
        (#"{"type":"\#(String(repeating: "t", count: 129))"}"#, "invalid", nil),
        (#"{"type":"A","type":"B"}"#, "invalid", "invalid"),
        (#"{"type":"A","x":}"#, "invalid", "invalid"),
        ("{\"type\":\"A\nMESSAGE=forged\"}", "invalid", "invalid"),
        (#"{"type":"A"} {}"#, "invalid", "invalid"),
        (#"{"parameters":{"type":"inner","organizationId":"inner"}}"#, nil, nil),
        (#"["type","T"]"#, nil, nil),
        ("type=T\nMESSAGE=forged", nil, nil),
        ("", nil, nil),
        (#"{"type":"T","x":"\#(String(repeating: "x", count: 65_536))"}"#, "unread", "unread"),
        (#"{"type":"T","x":{\#((0..<3000).map { #""\u0061\#($0)":0"# }.joined(separator: ","))}}"#, "unread", "unread"),
    ]

    @Test("what a payload says of itself is printable ASCII or invalid, and never a second field")
    func hostilePayloads() async throws {
        try await withAuditedFrame { frame, journal in
            try frame.startSession()
            let client = try frame.stampClient()
            for row in Self.subjects {
                #expect(try client.stamper("Stamp", ["payload": row.payload]).error == nil)
                let record = try journal.read("stamp")
                #expect(record["STAMPD_ACTIVITY_TYPE"] == row.type, "\(row.payload.prefix(80))")
                #expect(record["STAMPD_ORGANIZATION_ID"] == row.organization, "\(row.payload.prefix(80))")
                #expect(record["MESSAGE"] == "stamped: uid \(getuid()), pid \(getpid())")
            }
        }
    }

    @Test("hostile names and claims are refused, and their record holds nothing of them")
    func hostileNames() async throws {
        try await withAuditedFrame { frame, journal in
            let control = try frame.controlClient()
            let hostile = "x\nSTAMPD_DECISION=\(payloadMarker)"
            let bundle = try frame.bundle(of: Credential())
            let calls: [(String, [String: Any])] = [
                ("EndSession", ["session": hostile]),
                ("InjectCredentialBundle", ["bundle": bundle, "organizationId": hostile]),
                ("InjectCredentialBundle", ["bundle": bundle, "userId": hostile]),
                ("InjectCredentialBundle", ["bundle": "\(payloadMarker)"]), ("Lock", [hostile: 1]),
            ]
            for (method, parameters) in calls {
                #expect(try control.control(method, parameters).error != nil)
                let rule = try #require(try journal.read("refusal")["STAMPD_RULE"])
                #expect(rule == "InvalidParameter" || rule == "InvalidBundle")
            }
            try control.write("\(payloadMarker)\0")
            #expect(try journal.read("refusal")["STAMPD_RULE"] == "NotACall")
        }
    }

    @Test("a journal that goes away and comes back gets the records in between")
    func restart() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                var journal: FakeJournal? = try FakeJournal(path: directory.path(of: "journal"))
                let path = try #require(journal?.path)
                let frame = try FrameProcess(in: directory.path, ["--journal-socket", path])
                defer { frame.end() }
                try frame.startSession()
                _ = try journal?.read("sessionStarted")
                journal = nil
                let client = try frame.stampClient()
                #expect(try client.stamper("Stamp", ["payload": "alone"]).error == nil)
                let second = try FakeJournal(path: path)
                #expect(try second.read()["STAMPD_PAYLOAD_SHA256"] == hex(SHA256.hash(data: Data("alone".utf8))))
            }
        }
    }

    @Test("without a journal the audit is off, and one line says so")
    func absent() async throws {
        try await withFrame { frame in
            try frame.waitForLog("the audit is off: no journal at \(frame.directory)/no-journal (connect: No such file")
            try frame.expectStamps(with: frame.startSession())
            let status = try frame.stampClient().stamper("GetStatus").object("status")
            #expect(status["auditSequence"] as? Int == 0)
            #expect(status["auditChain"] as? String == String(repeating: "0", count: 64))
        }
    }

    @Test("over the stamps a second of a user Stamp is answered RateLimited, and audited so")
    func rate() async throws {
        try await withAuditedFrame(["--maximum-stamps-per-second", "1"]) { frame, journal in
            try frame.startSession()
            let client = try frame.stampClient()
            var reply = try client.stamper("Stamp", ["payload": "x"])
            var stamps = 0
            while reply.error == nil, stamps < 1000 {
                stamps += 1
                reply = try client.stamper("Stamp", ["payload": "x"])
            }
            #expect(stamps >= 10)
            #expect(reply.error == "io.stampd.Stamper.RateLimited")
            #expect((1...1001).contains(try #require(reply.int("retryAfterMilliseconds"))))
            #expect(try journal.read("refusal")["STAMPD_RULE"] == "RateLimited")
        }
    }

    @Test("reports of rejected keys are under the same rate, unknown keys' too: nobody fills the journal with them")
    func reportRate() async throws {
        try await withAuditedFrame(["--maximum-stamps-per-second", "1"]) { frame, journal in
            let client = try frame.stampClient()
            let report = ["publicKey": Credential().publicKey]
            var reply = try client.stamper("ReportRejected", report)
            var reports = 0
            while reply.error == nil, reports < 1000 {
                reports += 1
                reply = try client.stamper("ReportRejected", report)
            }
            #expect(reply.error == "io.stampd.Stamper.RateLimited")
            #expect(try journal.read("refusal")["STAMPD_RULE"] == "RateLimited")
        }
    }
}
