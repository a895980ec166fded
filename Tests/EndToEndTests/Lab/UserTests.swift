// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "a service of a user",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabUserTests {
    private static let user = "lingerer"

    @Test("it starts with the first connection, serves its user, and a restart leaves nothing") func session()
        async throws
    {
        try await withUserManager { lab, directory in
            let (stamp, control) = ("\(directory)/stampd/stamp.sock", "\(directory)/stampd/control.sock")
            #expect(try Self.manage(lab, "show", "--value", "-p", "ActiveState", "stampd.service") == "inactive\n")
            let credential = try lab.startSession(at: control, as: Self.user)
            #expect(try lab.stamps(with: credential, at: stamp, as: Self.user))
            try lab.addUser("other", groups: "users")
            #expect(try lab.attemptCall("Stamper.GetStatus", at: stamp, as: "other").errors == "PermissionError\n")
            _ = try Self.manage(lab, "restart", "stampd.service")
            let reply = try lab.call("Stamper.Stamp", ["payload": "p"], at: stamp, as: Self.user)
            #expect(reply.summary.hasPrefix("NoSession"))
            let log = try lab.run("journalctl", "--no-pager", "--output=cat", "_SYSTEMD_USER_UNIT=stampd.service")
            #expect(log.contains(" serves ") && !log.contains("the audit is off"))
            #expect(log.contains("credential bundle injected"))
        }
    }

    @Test("with the drop-in for it, the session outlives a restart and a kill, and no stop") func kept() async throws {
        try await withUserManager { lab, directory in
            let (stamp, control) = ("\(directory)/stampd/stamp.sock", "\(directory)/stampd/control.sock")
            let dropIn = try lab.run("cat", "/usr/lib/stampd/drop-ins/user-keep-state.conf")
            try lab.put(dropIn, at: "/etc/systemd/user/stampd.service.d/keep-state.conf")
            _ = try Self.manage(lab, "daemon-reload")
            let credential = try lab.startSession(at: control, as: Self.user)
            let deadline = try lab.deadline(at: stamp, as: Self.user)
            for command in [["restart", "stampd.service"], ["kill", "--signal=KILL", "stampd.service"]] {
                _ = try lab.attempt(Self.command(lab, command))
                #expect(try lab.stamps(with: credential, at: stamp, as: Self.user), "\(command)")
            }
            #expect(try lab.deadline(at: stamp, as: Self.user).overlaps(deadline))
            _ = try Self.manage(lab, "stop", "stampd.service")
            let reply = try lab.call("Stamper.Stamp", ["payload": "p"], at: stamp, as: Self.user)
            #expect(reply.summary.hasPrefix("NoSession"))
            try lab.remove("/etc/systemd/user/stampd.service.d")
        }
    }

    /// Runs `body` beside the manager of a user who is not logged in, and where its sockets listen.
    private func withUserManager(_ body: (Lab, String) throws -> Void) async throws {
        try await withLab { lab in
            if try lab.attempt(["id", Self.user]).code != 0 {
                try lab.addUser(Self.user, groups: "users")
                try lab.run("loginctl", "enable-linger", Self.user)
                try lab.run("systemctl", "start", "user@\(try lab.run("id", "-u", Self.user)).service")
            }
            _ = try Self.manage(lab, "start", "stampd-stamp.socket", "stampd-control.socket")
            try body(lab, "/run/user/\(try lab.run("id", "-u", Self.user))")
            _ = try Self.manage(lab, "stop", "stampd.service")
        }
    }

    /// `systemctl --user` as the user; what it printed.
    private static func manage(_ lab: Lab, _ arguments: String...) throws -> String {
        let run = try lab.attempt(command(lab, arguments))
        try #require(run.code == 0, "systemctl --user \(arguments): \(run.errors)")
        return run.output
    }

    private static func command(_ lab: Lab, _ arguments: [String]) throws -> [String] {
        let directory = "XDG_RUNTIME_DIR=/run/user/\(try lab.run("id", "-u", user))"
        return ["runuser", "-u", user, "--", "env", directory, "systemctl", "--user"] + arguments
    }
}
