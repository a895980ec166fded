// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "a peer's unit in the audit",
    .serialized,
    .timeLimit(.minutes(15)),
    .controlGroups
)
struct AuditedUnitTests {
    /// One call of whoever runs it.
    private static let lock = """
        import socket, sys
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(sys.argv[1])
        peer.sendall(b'{"method":"io.stampd.Control.Lock"}\\0')
        peer.recv(65536)
        """

    /// What the journal gets about a call by a process in this group.
    private static func expect(_ unit: String?, of group: String, kernel: PeerKernel = .this) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let journal = try FakeJournal(path: directory.path(of: "journal"))
                let options = ["--journal-socket", journal.path]
                let frame = try FrameProcess(in: directory.path, options, launcher: kernel.launcher)
                defer { frame.end() }
                let group = try ControlGroup(group)
                let peer = try ChildProcess(group.launcher + ["/usr/bin/python3", "-c", lock, frame.controlPath])
                #expect(try peer.wait() == .exited(0), "\(peer.errors.text)")
                let record = try journal.read("locked")
                #expect(record["STAMPD_PEER_UNIT"] == unit)
                #expect(record["STAMPD_PEER_UID"] == "\(getuid())")
            }
        }
    }

    private static let rows = [
        ("stampd-test-a.service", "stampd-test-a.service"),
        ("stampd-test.slice/stampd-test-b.slice/x@1.service/payload", "x@1.service"),
        ("stampd-test.slice/user@1000.service/app.slice/app.service", "user@1000.service/app.service"),
        ("stampd-test.slice/_cpu.service", "cpu.service"),
        ("stampd-test-none", nil),
        ("stampd-test.slice/a b\u{1b}c.service", nil),
    ]

    @Test("is what its control group says, and is left out where that says nothing", arguments: rows)
    func unit(_ group: String, _ unit: String?) async throws { try await Self.expect(unit, of: group) }

    @Test(
        "is not guessed by a number where the kernel does not give the process itself",
        arguments: [PeerKernel.withoutPeerProcess, .withoutAnyProcess]
    )
    func withoutPeerProcess(_ kernel: PeerKernel) async throws {
        try await Self.expect(nil, of: "stampd-test-a.service", kernel: kernel)
    }

    @Test("is nobody's where /proc is another pid namespace's, whose numbers mean others")
    func foreignProc() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let journal = try FakeJournal(path: directory.path(of: "journal"))
                // The frame and its peer are alone in a pid namespace, and see this one's /proc.
                let command = """
                    "$0" --socket-directory "$1" --journal-socket "$2" & frame=$!
                    while [ ! -S "$1/control.sock" ]; do :; done
                    /usr/bin/python3 -c "$3" "$1/control.sock"
                    kill $frame; wait $frame
                    """
                let arguments = [FrameProcess.executable, directory.path, journal.path, Self.lock]
                let group = try ControlGroup("stampd-test-a.service")
                let launcher = group.launcher + ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", command]
                let run = try ChildProcess(launcher + arguments)
                #expect(try run.wait() == .exited(0), "\(run.errors.text)")
                let record = try journal.read("locked")
                #expect(record["STAMPD_PEER_PID"] != nil)
                #expect(record["STAMPD_PEER_UNIT"] == nil)
            }
        }
    }

    @Test("is not that of the process which got a dead caller's number", arguments: PeerKernel.allCases)
    func reusedNumber(_ kernel: PeerKernel) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let journal = try FakeJournal(path: directory.path(of: "journal"))
                let group = try ControlGroup("stampd-test-trusted.service")
                let script = repository("Tests/EndToEndTests/python/reuse_pid.py").path
                let namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
                let launcher = namespace + ["/usr/bin/python3", script]
                let arguments = [FrameProcess.executable, directory.path, journal.path, group.path]
                let run = try ChildProcess(launcher + arguments + kernel.launcher)
                defer { run.end() }
                #expect(try run.wait() == .exited(0), "\(run.errors.text)")
                try run.output.waitForEnd()
                let lines = run.output.text.split(separator: "\n").map(String.init)
                #expect(lines.count == 2)
                #expect(lines.last?.contains("publicKey") == true)
                let record = try journal.read("embeddedKeyCreated")
                #expect(record["STAMPD_PEER_PID"] == lines.first)
                #expect(record["STAMPD_PEER_UNIT"] == nil)
            }
        }
    }
}
