// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "frames side by side",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabTemplateTests {
    private static let helper = "/usr/lib/stampd/add-frame"

    @Test("each has its own user, groups, sockets and session; what happens to one leaves the other alone")
    func sideBySide() async throws {
        try await withLab { lab in
            var credentials: [String: Credential] = [:]
            for name in ["a", "b"] {
                try lab.run(Self.helper, name)
                try lab.addUser("client-\(name)", groups: "stampd-\(name)-clients")
                credentials[name] = try lab.startSession(at: "/run/stampd/\(name)/control.sock")
            }
            let (a, b) = (try #require(credentials["a"]), try #require(credentials["b"]))
            let (ofA, ofB) = ("/run/stampd/a/stamp.sock", "/run/stampd/b/stamp.sock")
            #expect(try lab.stamps(with: a, at: ofA, as: "client-a") && lab.stamps(with: b, at: ofB, as: "client-b"))
            let foreign = try lab.attemptCall("Stamper.GetStatus", at: ofB, as: "client-a")
            #expect(foreign.code == 1 && foreign.errors == "PermissionError\n")
            let users = try ["a", "b"].map {
                try lab.run("stat", "--format=%U", "/proc/\(Self.pid(of: $0, lab))/cgroup")
            }
            #expect(users == ["root", "root"], "a frame is not dumpable")
            for name in ["a", "b"] {
                let status = try lab.run("grep", "^Uid:", "/proc/\(Self.pid(of: name, lab))/status")
                #expect(
                    status.split(separator: "\t").dropFirst().first.map(String.init)
                        == (try lab.run("id", "-u", "stampd-\(name)"))
                )
            }
            try lab.run("systemctl", "restart", "stampd@a.service")
            #expect(try lab.stamps(with: a, at: ofA) && lab.stamps(with: b, at: ofB))
            try lab.run("systemctl", "stop", "stampd@a.service")
            #expect(try lab.call("Stamper.Stamp", ["payload": "p"], at: ofA).summary.hasPrefix("NoSession"))
            #expect(try lab.stamps(with: b, at: ofB))
            try lab.run("systemctl", "stop", "stampd@a.service", "stampd@b.service")
        }
    }

    @Test(
        "a name that makes no user is refused",
        arguments: ["", "A", "1a", "a/b", "a b", "../a", "abcdefghijklmnopq"]
    )
    func names(_ name: String) async throws {
        try await withLab { lab in
            let run = try lab.attempt([Self.helper, name])
            #expect(run.code == 64 && run.errors.hasPrefix("add-frame: a name is"))
        }
    }

    private static func pid(of name: String, _ lab: Lab) throws -> String {
        try lab.show("MainPID", of: "stampd@\(name).service")
    }
}
