// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "who is calling, under a real systemd",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabCallerTests {
    private static let file = "/etc/stampd/stampd.json"
    private static let call = [
        "/usr/bin/python3", "/usr/libexec/stampd-tests/call.py", Lab.stampSocket, "io.stampd.Stamper.GetStatus",
    ]

    /// Runs `body` with these rules in the installed configuration, which then is what it was.
    private func withRules(_ rules: String, _ body: (Lab) throws -> Void) async throws {
        try await withLab { lab in
            let usual = try lab.run("cat", Self.file)
            defer { try? lab.put(usual, at: Self.file) }
            try lab.put(#"{"authorization": \#(rules)}"#, at: Self.file)
            try body(lab)
        }
    }

    /// What GetStatus is answered to a program that systemd-run(1) starts.
    private static func answer(_ lab: Lab, _ properties: String..., user: [String] = []) throws -> String {
        // A scope is run in place.
        let waiting = properties.contains("--scope") ? [] : ["--wait", "--pipe"]
        let command = user + ["systemd-run"] + (user.isEmpty ? [] : ["--user"]) + ["--quiet", "--collect"] + waiting
        let run = try lab.attempt(command + properties + Self.call)
        try #require(run.code == 0, "\(properties): \(run.errors)")
        return try Message(Array(run.output.utf8.dropLast())).summary.components(separatedBy: " ")[0]
    }

    @Test("a service is served by its unit's name or its template's, as whichever user, and no other is")
    func services() async throws {
        try await withRules(#"{"stamp": {"units": ["deploy.service", "worker@.service"]}}"#) { lab in
            let user = ["--property=User=daemon", "--property=SupplementaryGroups=stampd-clients"]
            #expect(try Self.answer(lab, "--unit=deploy.service") == "ok")
            #expect(try Self.answer(lab, "--unit=deploy.service", user[0], user[1]) == "ok")
            #expect(try Self.answer(lab, "--unit=deploy.service", "--slice=other-deep.slice") == "ok")
            #expect(try Self.answer(lab, "--unit=worker@1.service") == "ok")
            for unit in ["deploy2.service", "worker.service", "deploy.service.d.service"] {
                #expect(try Self.answer(lab, "--unit=\(unit)") == "Denied", "\(unit)")
            }
            #expect(try Self.answer(lab, "--scope", "--unit=deploy") == "Denied", "deploy.scope")
            let other = try lab.call("Stamper.GetStatus", at: Lab.stampSocket)
            #expect(other.summary.hasPrefix("Denied"), "no unit of these")
            #expect(try lab.call("Control.Lock").summary == "ok", "this socket has no rule")
            try lab.run("journalctl", "--sync")
            let refused = try lab.run("journalctl", "--output=json", "--no-pager", "STAMPD_PEER_UNIT=deploy.scope")
            #expect(refused.contains(#""STAMPD_RULE":"Denied.unit""#))
            try lab.put(product: "stampctl")
            let audit = try lab.run("stampctl", "audit", "--caller-unit", "worker.service")
            #expect(audit.contains("rule=Denied.unit unit=worker.service") && !audit.contains("deploy"))
        }
    }

    @Test("a unit of a user's manager has that manager's name, and is none of the system's")
    func userUnits() async throws {
        try await withLab { lab in
            try lab.addUser("caller", groups: "stampd-clients")
            let uid = try lab.run("id", "-u", "caller")
            try lab.run("loginctl", "enable-linger", "caller")
            try lab.run("systemctl", "start", "user@\(uid).service")
            let user = ["runuser", "-u", "caller", "--", "env", "XDG_RUNTIME_DIR=/run/user/\(uid)"]
            let usual = try lab.run("cat", Self.file)
            defer { try? lab.put(usual, at: Self.file) }
            let rows = [
                ("user@\(uid).service/app.service", ["ok", "Denied"]), ("user@\(uid).service", ["ok", "ok"]),
                ("app.service", ["Denied", "Denied"]), ("user@0.service/app.service", ["Denied", "Denied"]),
            ]
            for (unit, expected) in rows {
                try lab.put(#"{"authorization": {"stamp": {"units": ["\#(unit)"]}}}"#, at: Self.file)
                try lab.run("systemctl", "restart", "stampd.service")
                let answers = try ["app.service", "other.service"].map {
                    try Self.answer(lab, "--unit=\($0)", user: user)
                }
                #expect(answers == expected, "\(unit)")
            }
            try lab.run("systemctl", "stop", "user@\(uid).service")
        }
    }

    @Test("a reload of rules ends the connections of whom they do not serve") func reload() async throws {
        try await withRules("{}") { lab in
            let script = """
                import socket, sys
                peer = socket.socket(socket.AF_UNIX)
                peer.connect("\(Lab.stampSocket)")
                peer.sendall(b'{"method":"io.stampd.Stamper.GetStatus"}\\0')
                peer.recv(65536)
                open("/run/caller-is-there", "w").close()
                peer.settimeout(20)
                sys.exit(0 if peer.recv(1) == b"" else 1)
                """
            try lab.run("rm", "-f", "/run/caller-is-there")
            try lab.run("systemd-run", "--quiet", "--unit=caller.service", "/usr/bin/python3", "-c", script)
            while try lab.attempt(["test", "-e", "/run/caller-is-there"]).code != 0 {}
            try lab.put(#"{"authorization": {"stamp": {"units": ["deploy.service"]}}}"#, at: Self.file)
            try lab.run("systemctl", "reload", "stampd.service")
            try lab.wait(for: "SubState", of: "caller.service") { $0 == "dead" }
            #expect(try lab.show("Result", of: "caller.service") == "success")
        }
    }
}
