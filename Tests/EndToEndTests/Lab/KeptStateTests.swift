// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "a session under the service manager",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .keptState,
    .inLab
)
struct LabKeptStateTests {
    /// What happens to the service: commands of a shell in the lab, `$main` is its process.
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let script: String
        var setting = ""
        var isSameProcess = false
    }

    @Test(
        "key, session and deadline are the same afterwards",
        arguments: [
            Row(testDescription: "restart", script: "systemctl restart stampd.service"),
            Row(
                testDescription: "five restarts",
                script: "for i in 1 2 3 4 5; do systemctl restart stampd.service; done"
            ),
            Row(testDescription: "restart of a socket", script: "systemctl restart stampd-stamp.socket"),
            Row(testDescription: "daemon-reload", script: "systemctl daemon-reload", isSameProcess: true),
            Row(testDescription: "daemon-reexec", script: "systemctl daemon-reexec", isSameProcess: true),
            Row(
                testDescription: "daemon-reexec, then a crash",
                script: "systemctl daemon-reexec; kill -KILL $main"
            ),
            Row(testDescription: "kill -9", script: "kill -KILL $main"),
            Row(testDescription: "abort", script: "kill -ABRT $main"),
            Row(
                testDescription: "watchdog time-out",
                script: "kill -STOP $main",
                setting: "[Service]\nWatchdogSec=1s\n"
            ),
        ]
    )
    func kept(_ row: Row) async throws {
        try await withLab { lab in
            if !row.setting.isEmpty { try lab.extend(with: row.setting) }
            let credential = try lab.startSession(seconds: 600)
            let (key, deadline) = (try lab.call("Stamper.GetEmbeddedPublicKey")["publicKey"], try lab.deadline())
            let pid = try lab.show("MainPID")
            try lab.run("sh", "-ec", row.script.replacing("$main", with: pid))
            // The connection waits where there is no process.
            #expect(try lab.stamps(with: credential))
            #expect(try lab.call("Stamper.GetEmbeddedPublicKey")["publicKey"] == key)
            #expect(try lab.deadline().overlaps(deadline))
            #expect(try lab.show("NFileDescriptorStore") == "1")
            #expect((try lab.show("MainPID") == pid) == row.isSameProcess)
        }
    }

    @Test(
        "nothing of it is left afterwards",
        arguments: [
            Row(testDescription: "stop", script: "systemctl stop stampd.service"),
            Row(
                testDescription: "stop of the sockets",
                script: "systemctl stop stampd-stamp.socket stampd-control.socket"
            ),
            Row(testDescription: "SIGUSR1", script: "systemctl kill --signal=USR1 stampd.service"),
            Row(
                testDescription: "another boot",
                script: """
                    mkdir -p /run/systemd/system/stampd.service.d
                    printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/stampd --keep-state --boot-id %s\\n' \
                        0123456789abcdef0123456789abcdef >/run/systemd/system/stampd.service.d/test.conf
                    systemctl daemon-reload
                    systemctl restart stampd.service
                    """
            ),
        ]
    )
    func gone(_ row: Row) async throws {
        try await withLab { lab in
            _ = try lab.startSession()
            #expect(try lab.show("NFileDescriptorStore") == "1")
            try lab.run("sh", "-ec", row.script)
            try lab.run("systemctl", "start", "stampd-stamp.socket", "stampd-control.socket")
            #expect(try lab.call("Stamper.Stamp", ["payload": "p"]).summary.hasPrefix("NoSession"))
            #expect(try lab.call("Stamper.GetEmbeddedPublicKey").summary.hasPrefix("NoEmbeddedKey"))
            // Where the new frame's audit stands.
            #expect(try lab.show("NFileDescriptorStore") == "1")
        }
    }

    @Test(
        "where the kernel has no memfd_secret, a sealed memfd keeps it, locked in memory",
        .memfd
    )
    func fallback() async throws {
        try await withLab { lab in
            try lab.extend(with: "[Service]\nSystemCallFilter=~memfd_secret\n")
            let credential = try lab.startSession()
            let pid = try lab.show("MainPID")
            #expect(try lab.run("cat", "/proc/\(pid)/maps").contains("memfd:stampd-state"))
            try lab.run("systemctl", "restart", "stampd.service")
            #expect(try lab.stamps(with: credential))
            #expect(try lab.show("NFileDescriptorStore") == "1")
        }
    }

    @Test("after a reset and a crash nothing comes back") func reset() async throws {
        try await withLab { lab in
            _ = try lab.startSession()
            #expect(try lab.call("Control.ResetEmbeddedKey").summary == "ok")
            try lab.run("systemctl", "kill", "--signal=KILL", "stampd.service")
            #expect(try lab.call("Stamper.Stamp", ["payload": "p"]).summary.hasPrefix("NoSession"))
            #expect(try lab.call("Stamper.GetEmbeddedPublicKey").summary.hasPrefix("NoEmbeddedKey"))
        }
    }

    @Test("a session that expires while no process runs is not there afterwards") func expiry() async throws {
        try await withLab { lab in
            try lab.extend(with: "[Service]\nRestartSec=1500ms\n")
            _ = try lab.startSession(seconds: 1)
            try lab.run("systemctl", "kill", "--signal=KILL", "stampd.service")
            #expect(try lab.call("Stamper.Stamp", ["payload": "p"]).summary.hasPrefix("SessionExpired"))
        }
    }
}
