// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "the units' walls, tried from inside",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabProbeTests {
    /// What a frame needs, and may therefore do.
    private static let needed: Set = [
        "read:configuration", "read:/proc/self/status", "read:/dev/null", "socket:unix", "end",
        // Whose subordinate uids are whose.
        "read:/etc/passwd",
    ]

    @Test("what a frame does not need is refused: files, network, devices, other processes, other rights")
    func system() async throws {
        try await withProbe { lab in
            let results = try Self.probe(lab)
            #expect(Self.allowed(results) == Self.needed)
            // Not by chance: the network is refused by family, before any device is looked for.
            for family in ["inet", "inet6", "netlink", "packet", "vsock"] {
                #expect(results["socket:\(family)"] == "EAFNOSUPPORT")
            }
            #expect(results["read:/usr/bin/sh"] == "ENOENT", "the root is empty")
        }
    }

    @Test("without the list of calls the other walls hold by themselves") func withoutFilter() async throws {
        try await withProbe { lab in
            let results = try Self.probe(lab, "SystemCallFilter=\n")
            #expect(Self.allowed(results) == Self.needed.union(["fork", "keyring"]))
        }
    }

    @Test("rights and limits are what the unit says") func settings() async throws {
        try await withProbe { lab in
            let results = try Self.probe(lab)
            let expected = [
                "limit:core": "0", "limit:files": "2048", "limit:file-size": "4194304", "limit:message-queue": "0",
                "secure-bits": "0xf", "no-new-privileges": "1", "capabilities-bounding": "0", "core-filter": "0",
                "umask": "777",
            ]
            for (name, value) in expected { #expect(results[name] == value, "\(name)") }
            #expect(try #require(Int(results["limit:locked-memory"] ?? "")) >= 1 << 20)
            let pid = try lab.show("MainPID")
            // Its own namespaces: the first process's are other ones.
            for name in ["mnt", "net", "ipc", "uts"] {
                let links = try ["1", pid].map { try lab.run("readlink", "/proc/\($0)/ns/\(name)") }
                #expect(links[0] != links[1], "\(name)")
            }
            let interfaces = try lab.run("nsenter", "--net", "--target", pid, "ls", "/proc/self/net/dev_snmp6")
            #expect(interfaces == "lo")
            let identity = try lab.run("grep", "-E", "^(Uid|Groups|CapEff|CapPrm|Seccomp):", "/proc/\(pid)/status")
            let uid = try lab.run("id", "-u", "stampd")
            #expect(identity.contains("Uid:\t\(uid)\t\(uid)\t\(uid)\t\(uid)"))
            #expect(identity.contains("CapEff:\t0000000000000000") && identity.contains("CapPrm:\t0000000000000000"))
            #expect(identity.contains("Seccomp:\t2"))
        }
    }

    @Test("the same probe outside of the unit is allowed what an ordinary user is") func outside() async throws {
        try await withProbe { lab in
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "timeout", "3"]
            let run = try lab.attempt(nobody + ["env", "NOTIFY_SOCKET=/nowhere", "/usr/bin/stampd"])
            let results = Self.read(run.output)
            for name in ["write:/tmp/", "read:/etc/passwd", "socket:inet", "map:write+execute", "fork", "personality"] {
                #expect(results[name] == "ok", "\(name)")
            }
        }
    }

    /// Runs `body` where the probe stands in stampd's place.
    private func withProbe(_ body: (Lab) throws -> Void) async throws {
        try await withLab { lab in
            try TemporaryDirectory.with { directory in
                let probe = directory.path(of: "probe")
                let source = repository("Tests/EndToEndTests/Lab/machine/probe.c").path
                let compiler = try ChildProcess(["gcc", "-O1", "-Wall", "-Werror", "-o", probe, source])
                try #require(try compiler.wait() == .exited(0), "\(compiler.errors.text)")
                try lab.run("systemctl", "stop", "stampd.service")
                try lab.put(program: probe, at: "/usr/bin/stampd")
            }
            try body(lab)
        }
    }

    /// Starts the unit, with these lines besides; what the probe in it found.
    private static func probe(_ lab: Lab, _ lines: String = "") throws -> [String: String] {
        try lab.extend(with: "[Service]\nWatchdogSec=0\n\(lines)")
        let start = try lab.run("date", "+@%s.%6N")
        try lab.run("systemctl", "start", "stampd.service")
        try lab.run("journalctl", "--sync")
        let text = try lab.run(
            "journalctl",
            "--output=cat",
            "--no-pager",
            "--since=\(start)",
            "_SYSTEMD_UNIT=stampd.service"
        )
        try #require(text.hasSuffix("end ok"), "the probe did not come to its end: \(text)")
        return read(text)
    }

    private static func read(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
    }

    private static func allowed(_ results: [String: String]) -> Set<String> {
        Set(results.filter { $0.value == "ok" }.keys)
    }
}
