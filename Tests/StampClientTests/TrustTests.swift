// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc
import KernelUser
import StampClient
import Testing

@Suite("Whose socket is believed", .timeLimit(.minutes(15)))
struct TrustTests {
    @Test(
        "a directory that its group or others may write is refused before anything is sent",
        arguments: [
            0o720, 0o702, 0o777, 0o1777,
        ] as [mode_t]
    )
    func writable(_ mode: mode_t) async {
        let frame = FakeFrame { $0.echoStamps() }
        chmod(frame.directory, mode)
        let expected = StampError.untrustedDirectory(path: frame.directory, reason: .writable(mode: mode))
        await #expect(throws: expected) {
            try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)).stamp(
                payload: "p"
            )
        }
        chmod(frame.directory, 0o755)
        await #expect(throws: Never.self) {
            try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)).stamp(
                payload: "p"
            )
        }
    }

    @Test("a file in the directory's place is refused")
    func file() async {
        let path = FakeFrame.makeDirectory() + "/file"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        await #expect(throws: StampError.untrustedDirectory(path: path, reason: .notDirectory)) {
            try await StampClient(FrameAddress(socketDirectory: path), deadline: .seconds(120)).stamp(payload: "p")
        }
    }

    @Test("a socket that nobody listens at any more is no frame")
    func stale() async {
        let directory = FakeFrame.makeDirectory()
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        _ = withSocketAddress(directory + "/stamp.sock") { bind(socket, $0, $1) }
        close(socket)
        await #expect(throws: StampError.noFrame(path: directory + "/stamp.sock", reason: "Connection refused")) {
            try await StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120)).stamp(payload: "p")
        }
    }

    @Test(
        "a directory of another user is refused, unless that user is named",
        .enabled(if: geteuid() == 0, "only root can do this")
    )
    func foreignDirectory() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        chown(frame.directory, 54_321, 54_321)
        let expected = StampError.untrustedDirectory(path: frame.directory, reason: .owner(userId: 54_321))
        await #expect(throws: expected) {
            try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120)).stamp(
                payload: "p"
            )
        }
        let named = FrameAddress(socketDirectory: frame.directory, frameUser: FrameUser(userId: 54_321))
        #expect(try await StampClient(named, deadline: .seconds(120)).stamp(payload: "p").stampHeaderValue == "p")
    }

    @Test(
        "a listener of another user is refused, unless that user is named",
        .enabled(if: geteuid() == 0, "only root can do this")
    )
    func foreignListener() async throws {
        let directory = FakeFrame.makeDirectory()
        let listener = try ForeignListener(path: directory + "/stamp.sock", userId: 54_321)
        defer { listener.stop() }
        await #expect(throws: StampError.untrustedListener(path: directory + "/stamp.sock", userId: 54_321)) {
            try await StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120)).stamp(payload: "p")
        }
        await #expect(throws: StampError.untrustedListener(path: directory + "/stamp.sock", userId: 54_321)) {
            _ = try await StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120)).monitor()
        }
        let named = FrameAddress(socketDirectory: directory, frameUser: FrameUser(userId: 54_321))
        #expect(try await StampClient(named, deadline: .seconds(120)).stamp(payload: "p").stampHeaderValue == "foreign")
    }

    @Test(
        "a number that stands for whoever the kernel cannot name is nobody's, though it is named",
        .enabled(if: geteuid() == 0)
    )
    func unknownUser() async throws {
        let directory = FakeFrame.makeDirectory()
        let listener = try ForeignListener(path: directory + "/stamp.sock", userId: 65_534)
        defer { listener.stop() }
        let named = FrameAddress(socketDirectory: directory, frameUser: FrameUser(userId: 65_534))
        let expected = StampError.untrustedListener(path: directory + "/stamp.sock", userId: 65_534)
        await #expect(throws: expected) { try await StampClient(named, deadline: .seconds(120)).stamp(payload: "p") }
        #expect(expected.message.contains("a user that the kernel cannot name here"))
        #expect(expected.hint?.contains("user namespace") == true)

        let frame = FakeFrame { $0.echoStamps() }
        chown(frame.directory, 65_534, 65_534)
        let owned = FrameAddress(socketDirectory: frame.directory, frameUser: FrameUser(userId: 65_534))
        await #expect(throws: StampError.untrustedDirectory(path: frame.directory, reason: .owner(userId: 65_534))) {
            try await StampClient(owned, deadline: .seconds(120)).stamp(payload: "p")
        }
    }

    @Test("of the users that are trusted, none stands for many")
    func trusted() {
        #expect(KernelUser.trusted.isDisjoint(with: KernelUser.unknown))
        #expect(KernelUser.unknown.isSuperset(of: [65_534, .max]))
        #expect(KernelUser.trusted.contains(0))
        #expect(KernelUser.unknown.contains(geteuid()) || KernelUser.trusted.contains(geteuid()))
    }
}

/// A process that binds as root and listens as another user, which is what SO_PEERCRED tells of it. It answers the
/// first call of every connection.
private struct ForeignListener {
    private let process = Process()
    private let input = Pipe()

    init(path: String, userId: UInt32) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, path, String(userId), Peer.stampReply("foreign")]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // One byte says that it listens; end of file, that it could not.
        try #require(try output.fileHandleForReading.read(upToCount: 1)?.count == 1)
    }

    /// The process ends with its input: a signal might be blocked in a child of the test runner.
    func stop() {
        try? input.fileHandleForWriting.close()
    }

    private static let script = """
        import os, socket, sys, threading
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(sys.argv[1])
        os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
        listener.listen()
        def serve():
            while True:
                peer, _ = listener.accept()
                data = peer.recv(4096)
                if data: peer.sendall(sys.argv[3].encode() + bytes(1))
                peer.close()
        threading.Thread(target=serve, daemon=True).start()
        sys.stdout.write('.'); sys.stdout.flush()
        sys.stdin.read()
        """
}
