// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the evidence helper, under a real systemd", .serialized, .timeLimit(.minutes(15)), .lab, .inLab)
struct LabEvidenceTests {
    private static let service = "stampd-evidence@fake.service"
    private static let socket = "/run/stampd/fake/evidence.sock"
    private static let key = "/etc/ssh/ssh_host_ed25519_key"
    private static let frame = "/usr/bin/python3 /usr/libexec/stampd-tests/fake-frame.py"

    /// Runs `body` where the socket of the frame `fake` has a stand-in behind it, which is of that frame's unit.
    private func withFakeFrame(_ body: (Lab) throws -> Void) async throws {
        try await withLab { lab in
            try lab.run("ssh-keygen", "-q", "-A")
            try lab.put("[Service]\nExecStart=\(Self.frame)\n", at: "/run/systemd/system/stampd@fake.service")
            try lab.put(
                """
                [Socket]
                ListenStream=/run/stampd/fake/deliver.sock
                RemoveOnStop=yes
                Service=stampd@fake.service
                """,
                at: "/run/systemd/system/stampd-deliver@fake.socket"
            )
            try lab.run("systemctl", "daemon-reload")
            try lab.run("systemctl", "start", "stampd-deliver@fake.socket", "stampd-evidence@fake.socket")
            defer {
                _ = try? lab.attempt(["systemctl", "stop", "stampd*@fake.socket", "stampd*@fake.service"])
                _ = try? lab.attempt([
                    "sh", "-c", "rm -f /run/systemd/system/stampd*fake*; systemctl daemon-reload",
                ])
            }
            try body(lab)
        }
    }

    /// What a program of `user` gets at the evidence socket, as text; or in `errors` what the system refused.
    private static func ask(_ lab: Lab, as user: String = "stampd-courier") throws -> Lab.Run {
        try lab.attempt(tool: "take.py", [socket], as: user)
    }

    private struct Envelope: Decodable {
        let card: String
        let evidence: String
    }

    /// Whether the lab's ssh-keygen finds what it gave right, for the key of this host.
    private static func verifies(_ lab: Lab, _ envelope: String) throws -> Bool {
        let read = try JSONDecoder().decode(Envelope.self, from: Data(envelope.utf8))
        try lab.put(read.evidence, at: "/tmp/evidence")
        let script = """
            echo "web-17.example $(cat \(key).pub)" >/tmp/allowed
            printf '%s==' '\(read.card)' | tr _- /+ | base64 -d -i 2>/dev/null |
                ssh-keygen -Y verify -n stampd-card@stampd.io -I web-17.example -f /tmp/allowed -s /tmp/evidence
            """
        return try lab.attempt(["sh", "-c", script]).code == 0
    }

    /// What the kernel tells of the helper's process. The helper ends soon after it gave, so that it may have to be asked again.
    private static func status(_ lab: Lab) throws -> String {
        var status = ""
        try waitUntil("the helper runs when it is looked at") {
            _ = try ask(lab)
            let pid = try lab.show("MainPID", of: service)
            let run = try lab.attempt(["cat", "/proc/\(pid)/status"])
            status = run.output
            return pid != "0" && run.code == 0
        }
        return status
    }

    @Test("the courier's user gets a card that ssh-keygen finds signed by the host, and no other user does")
    func gives() async throws {
        try await withFakeFrame { lab in
            #expect(try Self.verifies(lab, Self.ask(lab).output))
            for user in ["daemon", "stampd", "stampd-proxy"] {
                let refused = try Self.ask(lab, as: user)
                #expect(refused.code == 1 && refused.errors == "PermissionError\n", "\(user)")
            }
            #expect(try lab.show("User", of: Self.service) == "stampd-evidence")
            let status = try Self.status(lab)
            #expect(status.contains("CapEff:\t0000000000000000") && status.contains("NoNewPrivs:\t1"))
            #expect(!status.contains("Uid:\t0"))
        }
    }

    @Test("a process that listens at the deliver socket and is not of the frame's unit gets nothing signed")
    func impostor() async throws {
        try await withFakeFrame { lab in
            try lab.run("systemctl", "stop", "stampd-deliver@fake.socket", "stampd@fake.service")
            for unit in ["other.service", "other@fake.service", "stampd-fake.service"] {
                let command =
                    ["systemd-run", "--quiet", "--collect", "--unit=\(unit)"] + Self.frame.components(separatedBy: " ")
                try lab.run(command + ["/run/stampd/fake/deliver.sock"])
                try waitUntil("the impostor") {
                    try lab.attempt(["test", "-S", "/run/stampd/fake/deliver.sock"]).code == 0
                }
                let run = try Self.ask(lab)
                #expect(run.code == 0 && run.output == "", "\(unit)")
                #expect(try lab.log(of: Self.service).contains("is of \(unit), not of stampd@fake.service"))
                try lab.run("systemctl", "stop", unit)
                try lab.run("rm", "-f", "/run/stampd/fake/deliver.sock")
            }
        }
    }

    @Test("a frame that answers once and is replaced gets nothing signed; the next one does") func restart()
        async throws
    {
        try await withFakeFrame { lab in
            try lab.put("once", at: "/run/stampd/fake/answers-once")
            let run = try Self.ask(lab)
            #expect(run.code == 0 && run.output == "")
            try lab.run("rm", "-f", "/run/stampd/fake/answers-once")
            #expect(try Self.verifies(lab, Self.ask(lab).output))
        }
    }

    @Test(
        "a host without a key gives no evidence and says so; with one it does, and a helper that was killed comes back"
    )
    func key() async throws {
        try await withFakeFrame { lab in
            try lab.run("rm", "-f", Self.key, "\(Self.key).pub")
            let run = try Self.ask(lab)
            #expect(run.code == 0 && run.output == "")
            #expect(try lab.log(of: Self.service).contains("the host has no SSH key"))
            #expect(try lab.show("ActiveState", of: "stampd-evidence@fake.socket") == "active")
            try lab.run("ssh-keygen", "-q", "-A")
            try lab.run("systemctl", "kill", "--signal=KILL", Self.service)
            try lab.wait(for: "ActiveState", of: Self.service) { $0 == "failed" }
            #expect(try Self.verifies(lab, Self.ask(lab).output))
        }
    }
}
