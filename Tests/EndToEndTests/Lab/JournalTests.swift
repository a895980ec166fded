// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "the audit in a real journal",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabJournalTests {
    private static let stampId = "81a65bc292b44acfa1f6d410e5117e3d"

    @Test("a stamp's record has its fields, and those that the journal itself vouches for") func fields() async throws {
        try await withLab { lab in
            let credential = try lab.startSession()
            let start = try Self.now(lab)
            #expect(try lab.stamps(with: credential))
            let record = try #require(try Self.records(of: lab, "MESSAGE_ID=\(Self.stampId)", since: start).first)
            let uid = try lab.run("id", "-u", "stampd")
            let expected = [
                "_SYSTEMD_UNIT": "stampd.service", "_UID": uid, "_TRANSPORT": "journal", "_COMM": "stampd",
                "SYSLOG_IDENTIFIER": "stampd", "PRIORITY": "6", "STAMPD_EVENT": "stamp", "STAMPD_DECISION": "allowed",
                "STAMPD_SESSION": "default", "STAMPD_PUBLIC_KEY": credential.publicKey, "STAMPD_PEER_UID": "0",
            ]
            for (name, value) in expected { #expect(record[name] as? String == value, "\(name)") }
            #expect((record["STAMPD_PAYLOAD_SHA256"] as? String)?.count == 64)
            #expect(Int(record["STAMPD_MICROSECONDS"] as? String ?? "") != nil)
            try lab.run("journalctl", "--update-catalog")
            let explained = try lab.run("journalctl", "--catalog", "--no-pager", "MESSAGE_ID=\(Self.stampId)")
            #expect(explained.contains("Subject: Payload stamped with session default"))
        }
    }

    @Test("stampctl audit prints a frame's own records, and none that somebody else wrote") func forged() async throws {
        try await withLab { lab in
            try lab.put(product: "stampctl")
            let credential = try lab.startSession()
            let start = try Self.now(lab)
            #expect(try lab.stamps(with: credential))
            try lab.addUser("forger", groups: "users")
            for user in ["forger", "root"] {
                #expect(try lab.attempt(tool: "forge.py", [Self.stampId], as: user).code == 0)
            }
            try lab.run("journalctl", "--sync")
            let everything = try lab.run("journalctl", "--output=json", "--no-pager", "MESSAGE_ID=\(Self.stampId)")
            #expect(everything.components(separatedBy: "\"forged\"").count == 3)
            let audit = try lab.run("stampctl", "audit", "--json", "--key", credential.publicKey)
            #expect(audit.contains("\"stamp\""))
            for arguments in [[], ["--frame-user", "stampd"], ["--session", "forged"]] {
                let run = try lab.attempt(["stampctl", "audit", "--json"] + arguments)
                #expect(run.code == 0 && !run.output.contains("forged"), "\(arguments): \(run.errors)")
            }
            let report = try Self.verify(lab, since: start, code: 0)
            #expect(report["isWhole"] as? Bool == true && report["head"] as? String == "matches")
            let otherWriters = try #require(report["otherWriters"] as? [[String: Any]])
            #expect(otherWriters.compactMap { $0["records"] as? Int }.reduce(0, +) == 2)
        }
    }

    @Test("the audit's chain goes on over a restart and a kill, and is whole as journalctl gives it back")
    func restarted() async throws {
        try await withLab { lab in
            try lab.put(product: "stampctl")
            let credential = try lab.startSession()
            let start = try Self.now(lab)
            for command in [["systemctl", "restart"], ["systemctl", "kill", "--signal=KILL"]] {
                #expect(try lab.stamps(with: credential))
                try lab.run(command + ["stampd.service"])
            }
            #expect(try lab.stamps(with: credential))
            let report = try Self.verify(lab, since: start, code: 0)
            #expect(report["isWhole"] as? Bool == true && report["head"] as? String == "matches")
            #expect(report["chains"] as? Int == 1)
        }
    }

    @Test("a flood of refusals hides neither the stamps among them nor its own size") func flood() async throws {
        try await withLab { lab in
            let start = try Self.now(lab)
            let refused = try lab.attempt(tool: "flood.py", [Lab.stampSocket, "2000", "x"])
            #expect(try Self.answers(refused) == ["io.stampd.Stamper.NoSession": 2000])
            let credential = try lab.startSession()
            #expect(try lab.stamps(with: credential))
            try lab.run("systemctl", "stop", "stampd.service")
            let records = try Self.records(of: lab, "_SYSTEMD_UNIT=stampd.service", since: start)
            let events = records.compactMap { $0["STAMPD_EVENT"] as? String }
            let written = events.count { $0 == "refusal" }
            let leftOut = records.compactMap { Int($0["STAMPD_LEFT_OUT"] as? String ?? "") }.reduce(0, +)
            #expect((1...20).contains(written) && written + leftOut == 2000)
            #expect(events.count { $0 == "stamp" } == 1)
        }
    }

    @Test("a journal that stands still stalls nobody, and each stamp is recorded or counted as lost")
    func stalled() async throws {
        try await withLab { lab in
            try lab.put(product: "stampctl")
            _ = try lab.startSession()
            let start = try Self.now(lab)
            let journal = try lab.show("MainPID", of: "systemd-journald.service")
            try lab.run("kill", "-STOP", journal)
            defer { _ = try? lab.attempt(["kill", "-CONT", journal]) }
            let run = try lab.attempt(tool: "flood.py", [Lab.stampSocket, "5000", "{}"])
            #expect(try Self.answers(run) == ["stamped": 5000])
            let status = try lab.call("Stamper.GetStatus").object("status")
            let lost = try #require(status["auditLost"] as? Int)
            #expect((1..<5000).contains(lost))
            try lab.run("kill", "-CONT", journal)
            #expect(try lab.call("Stamper.GetStatus").summary == "ok")
            let report = try Self.verify(lab, since: start, code: 6)
            #expect(report["missing"] as? Int == lost && report["toldLost"] as? Int == lost)
            #expect((report["findings"] as? [Any])?.count == 1)
            try lab.run("systemctl", "stop", "stampd.service")
            let records = try Self.records(of: lab, "_SYSTEMD_UNIT=stampd.service", since: start)
            let stamps = records.count { $0["STAMPD_EVENT"] as? String == "stamp" }
            #expect(records.compactMap { Int($0["STAMPD_LOST"] as? String ?? "") } == [lost])
            #expect(stamps + lost == 5000)
        }
    }

    /// As journalctl takes it. (A cursor with a match would leave out the first record that matches.)
    private static func now(_ lab: Lab) throws -> String { try lab.run("date", "+@%s.%6N") }

    private static func verify(_ lab: Lab, since start: String, code: CInt) throws -> [String: Any] {
        try lab.run("journalctl", "--sync")
        let run = try lab.attempt(["stampctl", "audit", "--verify", "--json", "--since=\(start)"])
        #expect(run.code == code, "\(run.output)\(run.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    private static func records(of lab: Lab, _ match: String, since start: String) throws -> [[String: Any]] {
        try lab.run("journalctl", "--sync")
        let lines = try lab.run("journalctl", "--output=json", "--no-pager", "--since=\(start)", match)
        return try lines.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private static func answers(_ run: Lab.Run) throws -> [String: Int] {
        try #require(run.code == 0, "\(run.errors)")
        return try JSONDecoder().decode([String: Int].self, from: Data(run.output.utf8))
    }
}
