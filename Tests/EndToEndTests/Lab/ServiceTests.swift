// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "a service of the system",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabServiceTests {
    @Test("the first connection starts it, and it says what it holds") func activation() async throws {
        try await withLab { lab in
            #expect(try lab.show("ActiveState") == "inactive")
            #expect(try lab.call("Stamper.GetStatus", at: Lab.stampSocket).summary == "ok")
            #expect(try lab.show("ActiveState") == "active")
            #expect(try lab.show("StatusText") == "no session")
            _ = try lab.startSession()
            // Once a second at most.
            try lab.wait(for: "StatusText") { $0.hasPrefix("1 session ends in ") }
            try lab.run("systemctl", "stop", "stampd.service")
            #expect(try lab.call("Stamper.GetSession", at: Lab.stampSocket).summary.hasPrefix("NoSession"))
        }
    }

    @Test("a frame that cannot hold keys is never called ready") func readiness() async throws {
        try await withLab { lab in
            try lab.extend(with: "[Service]\nLimitMEMLOCK=4K\nRestart=no\n")
            #expect(try lab.attempt(["systemctl", "start", "stampd.service"]).code != 0)
            #expect(try lab.show("ActiveEnterTimestampMonotonic") == "0" || lab.show("ActiveState") == "failed")
            #expect(try lab.log().contains("the memory for keys cannot be locked"))
        }
    }

    @Test("the groups of the sockets say who may stamp and who may control") func groups() async throws {
        try await withLab { lab in
            try lab.addUser("client", groups: "stampd-clients")
            try lab.addUser("admin", groups: "stampd-admin")
            try lab.addUser("stranger", groups: "users")
            let rows: [(user: String, socket: String, isServed: Bool)] = [
                ("client", Lab.stampSocket, true), ("client", Lab.controlSocket, false),
                ("admin", Lab.stampSocket, false), ("admin", Lab.controlSocket, true),
                ("stranger", Lab.stampSocket, false), ("stranger", Lab.controlSocket, false),
                ("root", Lab.stampSocket, true), ("root", Lab.controlSocket, true),
            ]
            for row in rows {
                let run = try lab.attemptCall("Stamper.GetStatus", at: row.socket, as: row.user)
                #expect(run.code == (row.isServed ? 0 : 1), "\(row)")
                if !row.isServed { #expect(run.errors == "PermissionError\n", "\(row)") }
            }
        }
    }

    @Test("whom the kernel cannot tell is refused") func untold() async throws {
        try await withLab { lab in
            let call = ["python3", "/usr/libexec/stampd-tests/call.py", Lab.stampSocket, "io.stampd.Stamper.GetStatus"]
            let elsewhere = try lab.attempt(["unshare", "--pid", "--fork"] + call)
            // A namespace inside the frame's own is told.
            #expect(elsewhere.output.contains("\"status\""))
            let nobody = try lab.attempt(
                ["setpriv", "--reuid=65534", "--regid=stampd-clients", "--clear-groups"] + call
            )
            #expect(nobody.output.contains("io.stampd.Stamper.Denied") && nobody.output.contains("peer"))
        }
    }

    @Test("a socket whose group is missing does not open") func missingGroup() async throws {
        try await withLab { lab in
            let start = try lab.attempt(["systemctl", "start", "stampd-control@ghost.socket"])
            #expect(start.code != 0)
            #expect(try lab.attempt(["test", "-e", "/run/stampd/ghost/control.sock"]).code != 0)
            #expect(try lab.show("ActiveState", of: "stampd-control@ghost.socket") == "failed")
        }
    }

    @Test("a frame that hangs is killed by the watchdog, and the next one answers") func watchdog() async throws {
        try await withLab { lab in
            try lab.extend(with: "[Service]\nWatchdogSec=1s\n")
            #expect(try lab.call("Stamper.GetStatus").summary == "ok")
            let pid = try lab.show("MainPID")
            try lab.run("kill", "-STOP", pid)
            #expect(try lab.call("Stamper.GetStatus").summary == "ok")
            #expect(try lab.show("MainPID") != pid)
            #expect(try lab.show("NRestarts") == "1")
            #expect(try lab.log().contains("Watchdog timeout"))
        }
    }

    @Test("reload takes an edited configuration, and keeps the old one where the new one is wrong") func reload()
        async throws
    {
        try await withLab { lab in
            let path = "/etc/stampd/stampd.json"
            let original = try lab.run("cat", path)
            defer { try? lab.put(original, at: path) }
            let credential = try lab.startSession()
            let pid = try lab.show("MainPID")
            // As an editor does it: another file takes the place.
            try lab.put(
                original.replacing("{\n  \"keep", with: "{\n  \"maximumExpirationSeconds\": 60,\n  \"keep"),
                at: "\(path).new"
            )
            try lab.run("mv", "\(path).new", path)
            try lab.run("systemctl", "reload", "stampd.service")
            let activation: [String: Any] = ["publicKey": String(repeating: "0", count: 66), "expirationSeconds": 61]
            while try lab.call("Control.ActivateSession", activation).summary.hasPrefix("UnknownSessionKey") {
                guard try lab.show("MainPID") == pid else { throw WaitTimedOut(what: "the reload") }
            }
            #expect(try lab.call("Control.ActivateSession", activation).summary.hasPrefix("InvalidParameter"))
            try lab.put("{\"maximumSessions\": 0}", at: path)
            // It is looked at before the frame is told.
            #expect(try lab.attempt(["systemctl", "reload", "stampd.service"]).code == 1)
            #expect(try lab.log().contains("\(path): maximumSessions takes"))
            #expect(try lab.call("Control.ActivateSession", activation).summary.hasPrefix("InvalidParameter"))
            // What only the frame knows is wrong: which sockets it has.
            try lab.put(#"{"rules": {"stamp": "contained", "stamp-other": "open"}}"#, at: path)
            try lab.run("systemctl", "reload", "stampd.service")
            try lab.wait(for: "StatusText") { $0.contains("reload failed") }
            #expect(try lab.log().contains("reload failed: \(path): rules, stamp-other: this frame has no such socket"))
            try lab.put(original, at: path)
            try lab.run("systemctl", "reload", "stampd.service")
            try lab.wait(for: "StatusText") { !$0.contains("reload failed") }
            #expect(try lab.show("MainPID") == pid && lab.stamps(with: credential))
        }
    }

    @Test("a rule on units lets that service in, and nobody else, root neither") func units() async throws {
        try await withLab { lab in
            let path = "/etc/stampd/stampd.json"
            let original = try lab.run("cat", path)
            defer { try? lab.put(original, at: path) }
            try lab.put(#"{"keepState": true, "authorization": {"stamp": {"units": ["allowed.service"]}}}"#, at: path)
            let call = ["python3", "/usr/libexec/stampd-tests/call.py", Lab.stampSocket, "io.stampd.Stamper.GetStatus"]
            let run = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect"]
            let served = try lab.attempt(run + ["--unit=allowed"] + call)
            #expect(served.output.contains("\"status\""), "\(served.errors)")
            for others in [run + ["--unit=other"] + call, call] {
                let refused = try lab.attempt(others)
                #expect(refused.output.contains("io.stampd.Stamper.Denied"))
            }
            try lab.run("journalctl", "--sync")
            let fields = ["STAMPD_RULE=Denied.unit", "STAMPD_PEER_UNIT=other.service"]
            let records = try lab.run(
                ["journalctl", "--output=cat", "--no-pager", "_SYSTEMD_UNIT=stampd.service"] + fields
            )
            #expect(records.hasPrefix("refused: uid 0"))
        }
    }

    @Test("no setting of the unit is unknown to this systemd") func noWarnings() async throws {
        try await withLab { lab in
            #expect(try lab.call("Stamper.GetStatus").summary == "ok")
            let log = try lab.log()
            #expect(!log.contains("nknown") && !log.contains("the audit is off"))
        }
    }
}
