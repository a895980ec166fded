// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import StampClient
import Testing

@Suite("stampctl audit and metrics", .timeLimit(.minutes(15)))
struct AuditTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
    static let stamp: [String: String] = [
        "__REALTIME_TIMESTAMP": "1700000000123456", "_SYSTEMD_UNIT": "stampd.service", "_UID": "990",
        "_TRANSPORT": "journal", "MESSAGE": "stamped: uid 7, pid 8",
        "MESSAGE_ID": "81a65bc292b44acfa1f6d410e5117e3d", "STAMPD_EVENT": "stamp", "STAMPD_PEER_UID": "7",
        "STAMPD_PEER_PID": "8", "STAMPD_PEER_UNIT": "app.service",
        "STAMPD_SESSION": "default", "STAMPD_PUBLIC_KEY": key.text, "STAMPD_DECISION": "allowed",
        "STAMPD_MICROSECONDS": "31", "STAMPD_SEQUENCE": "5",
    ]

    /// Runs `stampctl audit` with a journalctl in PATH that writes these entries and ends with `status`.
    private func run(
        _ arguments: [String],
        entries: [[String: Any]],
        status: Int = 0
    ) async throws -> (run: StampctlProcess, journalctl: [String]) {
        let directory = FakeFrame.makeDirectory()
        let lines = try entries.map { try JSONSerialization.data(withJSONObject: $0) + Data("\n".utf8) }
        try lines.reduce(Data(), +).write(to: URL(filePath: directory + "/entries"))
        let script = """
            #!/bin/sh
            printf '%s\\n' "$@" > \(directory)/arguments
            cat \(directory)/entries
            exit \(status)
            """
        let path = directory + "/journalctl"
        try Data(script.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let run = try await StampctlProcess(["audit"] + arguments, environment: ["PATH": "\(directory):/usr/bin:/bin"])
        let given = try? String(contentsOfFile: directory + "/arguments", encoding: .utf8)
        return (run, (given ?? "").split(separator: "\n").map(String.init))
    }

    private func stamp(_ changes: [String: Any]) -> [String: Any] {
        (Self.stamp as [String: Any]).merging(changes) { $1 }
    }

    @Test("a record is a line, or one JSON object with every value")
    func output() async throws {
        let plain = try await run([], entries: [Self.stamp]).run
        #expect(plain.status == 0)
        #expect(
            plain.output
                == "2023-11-14T22:13:20.123Z stamped: uid 7, pid 8 unit=app.service session=default key=\(Self.key)\n"
        )
        let json = try await run(["--json"], entries: [Self.stamp]).run
        #expect(
            json.output
                == #"{"callerUnit":"app.service","decision":"allowed","event":"stamp","message":"stamped: uid 7, pid 8","microseconds":31,"#
                + #""pid":8,"publicKey":"\#(Self.key)","sequence":5,"session":"default","time":"2023-11-14T22:13:20.123Z","uid":7}"#
                + "\n"
        )
    }

    @Test("a record that the journal did not get from the frame's unit is not printed, whatever it says of itself")
    func forged() async throws {
        let forged: [[String: Any]] = [
            stamp(["_SYSTEMD_UNIT": "session-1.scope"]), stamp(["_SYSTEMD_UNIT": "stampd.service.evil.service"]),
            stamp(["_SYSTEMD_UNIT": ["stampd.service", "x"]]), stamp(["_TRANSPORT": "stdout"]), stamp(["_UID": "1000"]),
            stamp(["STAMPD_SESSION": ["default", "other"]]), stamp(["STAMPD_PEER_UID": [55, 10]]),
            stamp(["_SYSTEMD_UNIT": NSNull(), "UNIT": "stampd.service"]),
        ]
        let (run, _) = try await run(["--frame-user", "990"], entries: forged)
        #expect(run.status == 0)
        #expect(run.output.isEmpty)
        #expect(run.errors.isEmpty)
        let all = try await self.run(["--frame-user", "990"], entries: forged + [Self.stamp]).run
        #expect(all.output.split(separator: "\n").count == 1)
    }

    @Test("what the unit wrote that is no record is not printed")
    func otherLines() async throws {
        let line: [String: Any] = [
            "__REALTIME_TIMESTAMP": "1700000000123456", "_SYSTEMD_UNIT": "stampd.service", "_TRANSPORT": "journal",
            "MESSAGE": "x",
        ]
        #expect(try await run([], entries: [line]).run.output.isEmpty)
    }

    @Test(
        "a filter is asked of journalctl, and what passes it anyway is not printed",
        arguments: [
            (["--session", "default"], "STAMPD_SESSION"), (["--key", key.text], "STAMPD_PUBLIC_KEY"),
            (["--uid", "7"], "STAMPD_PEER_UID"), (["--caller-unit", "app.service"], "STAMPD_PEER_UNIT"),
            (["--decision", "allowed"], "STAMPD_DECISION"),
            (["--frame-user", "990"], "_UID"), (["--unit", "stampd.service"], "_SYSTEMD_UNIT"),
        ]
    )
    func filters(_ arguments: [String], _ field: String) async throws {
        let (run, journalctl) = try await run(arguments, entries: [Self.stamp, stamp([field: "other"])])
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(journalctl.contains("\(field)=\(arguments[1])"))
        #expect(journalctl.contains("_SYSTEMD_UNIT=stampd.service"))
        #expect(journalctl.contains("--output=json"))
    }

    @Test("times go to journalctl as they are, and follow starts at the end unless a start is given")
    func times() async throws {
        let times = try await run(["--since", "-1h", "--until=now"], entries: []).journalctl
        #expect(times.contains("--since=-1h") && times.contains("--until=now") && !times.contains("--follow"))
        let follow = try await run(["--follow"], entries: [Self.stamp])
        #expect(follow.journalctl.contains("--follow") && follow.journalctl.contains("--lines=0"))
        #expect(follow.run.output.split(separator: "\n").count == 1)
        let since = try await run(["--follow", "--since", "today"], entries: []).journalctl
        #expect(since.contains("--no-tail") && !since.contains("--lines=0"))
    }

    @Test("a journalctl that fails ends with 69, one that is not there too, and a line that is no record with 5")
    func failures() async throws {
        let failed = try await run([], entries: [], status: 1).run
        #expect(failed.status == 69)
        #expect(failed.errors.contains("stampctl: journalctl ended with 1\nhint: "))
        let absent = try await StampctlProcess(["audit"], environment: ["PATH": FakeFrame.makeDirectory()])
        #expect(absent.status == 69)
        #expect(try await run(["--decision", "maybe"], entries: []).run.status == 64)
    }

    @Test("--verify asks journalctl for what looks alike too, and ends with 6 or 7 where the records are not whole")
    func verify() async throws {
        let frame = ChainVerificationTests.Frame(5)
        let directory = ["--socket-directory", FakeFrame.makeDirectory()]
        let (whole, journalctl) = try await run(["--verify", "--json"] + directory, entries: frame.entries)
        #expect(whole.status == 0 && whole.errors.isEmpty)
        #expect(whole.output.contains(#""head":"unknown""#) && whole.output.contains("no frame at"))
        #expect(journalctl.contains("_SYSTEMD_UNIT=stampd.service") && journalctl.contains("SYSLOG_IDENTIFIER=stampd"))
        #expect(journalctl.contains("+"))
        var gap = frame.entries
        gap.remove(at: 2)
        let missing = try await run(["--verify"] + directory, entries: gap).run
        #expect(missing.status == 6)
        #expect(missing.output.contains("missing: 1 record, number 3, before 2023-11-14T22:13:20.123Z\nNOT whole\n"))
        gap[0]["MESSAGE"] = "other"
        #expect(try await run(["--verify"] + directory, entries: gap).run.status == 7)
        let other = try await run(["--verify", "--unit", "other.service"], entries: frame.entries).run
        #expect(other.status == 0 && other.output.contains("--unit is given without --socket-directory"))
    }

    @Test("--verify compares the end of the records with what the frame says") func verifyHead() async throws {
        let records = ChainVerificationTests.Frame(5)
        let chain = try #require(records.entries[4]["STAMPD_CHAIN"] as? String)
        for (sequence, status) in [(5, 0), (8, 6)] {
            let reply =
                #"{"status":{"version":"0.1.0","uptimeMilliseconds":1,"locked":false,"sessions":0,"#
                + #""connections":1,"stamped":4,"denied":0,"failed":0,"auditLost":0,"#
                + #""auditSequence":\#(sequence),"auditChain":"\#(chain)"}}"#
            let frame = FakeFrame { peer in
                while peer.readCall() != nil { peer.send(#"{"parameters":\#(reply)}"#) }
            }
            defer { frame.stop() }
            let run = try await run(["--verify", "--socket-directory", frame.directory], entries: records.entries).run
            #expect(run.status == status, "\(run.output)\(run.errors)")
        }
    }

    @Test("metrics are Prometheus text")
    func metrics() async throws {
        let reply =
            #"{"status":{"version":"0.1.0","uptimeMilliseconds":61500,"locked":true,"embeddedPublicKey":"04","sessions":2,"#
            + #""connections":3,"stamped":4,"denied":5,"failed":6,"auditLost":7,"auditSequence":8,"auditChain":"ab"}}"#
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.send(#"{"parameters":\#(reply)}"#) }
        }
        defer { frame.stop() }
        let run = try await StampctlProcess(["metrics", "--socket-directory", frame.directory])
        let samples = run.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"stampd_stamps_total{result="stamped"} 4"#, #"stampd_stamps_total{result="denied"} 5"#,
                #"stampd_stamps_total{result="failed"} 6"#, "stampd_audit_lost_total 7", "stampd_sessions 2",
                "stampd_connections 3", "stampd_locked 1", "stampd_embedded_key 1", "stampd_uptime_seconds 61",
                "stampd_audit_records_total 8",
            ]
        )
        #expect(run.output.contains("# TYPE stampd_stamps_total counter\n"))
        #expect(run.output.contains("# TYPE stampd_sessions gauge\n"))
    }

    @Test("status and metrics tell what parcels came to, where a frame has got any")
    func parcelMetrics() async throws {
        let status =
            #"{"status":{"version":"0.1.0","uptimeMilliseconds":1,"locked":false,"sessions":0,"connections":1,"stamped":0,"#
            + #""denied":0,"failed":0,"auditLost":0,"delivered":3,"refusedParcels":"#
        for (refused, line, samples) in [
            (#"[{"reason":"otherCard","count":2},{"reason":"a\"b","count":1}]"#, #"3 taken, 2 otherCard, 1 a"b"#, 3),
            ("[]", "3 taken", 1),
        ] {
            let frame = FakeFrame { peer in
                while peer.readCall() != nil { peer.send(#"{"parameters":\#(status)\#(refused)}}}"#) }
            }
            defer { frame.stop() }
            let metrics = try await StampctlProcess(["metrics", "--socket-directory", frame.directory])
            #expect(metrics.output.contains("stampd_parcels_total{result=\"delivered\"} 3\n"))
            #expect(
                metrics.output.split(separator: "\n").filter { $0.hasPrefix("stampd_parcels_total{") }.count == samples
            )
            let table = try await StampctlProcess(["status", "--socket-directory", frame.directory])
            #expect(table.output.contains(line), "\(table.output)")
        }
    }

    @Test("metrics tell what rules came to, where the control socket may be asked")
    func ruleMetrics() async throws {
        let status =
            #"{"status":{"version":"0.1.0","uptimeMilliseconds":1,"locked":false,"sessions":0,"connections":1,"stamped":0,"#
            + #""denied":0,"failed":0,"auditLost":0,"waiting":3}}"#
        let sets =
            #"{"ruleSets":[{"socket":"stamp-\"x","mode":"observe","rules":4,"sha256":"ab","allowed":1,"denied":2,"#
            + #""confirmed":3,"wouldDeny":4,"wouldConfirm":5}]}"#
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.send(#"{"parameters":\#(status)}"#) }
        }
        let control = FakeFrame(directory: frame.directory, socket: "control.sock") { peer in
            while peer.readCall() != nil { peer.send(#"{"parameters":\#(sets)}"#) }
        }
        defer {
            frame.stop()
            control.stop()
        }
        let run = try await StampctlProcess(["metrics", "--socket-directory", frame.directory])
        #expect(run.output.contains("stampd_stamps_waiting 3\n"))
        let effects = ["allow", "deny", "confirm", "wouldDeny", "wouldConfirm"]
        for (index, effect) in effects.enumerated() {
            let line = #"stampd_rule_decisions_total{socket="stamp-\"x",effect="\#(effect)"} \#(index + 1)"# + "\n"
            #expect(run.output.contains(line), "\(run.output)")
        }
    }
}
