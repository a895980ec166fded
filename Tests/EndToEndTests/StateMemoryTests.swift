// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("memory of kept state", .serialized, .timeLimit(.minutes(15)))
struct StateMemoryTests {
    private static func without(_ calls: String) -> [String] {
        ["/usr/bin/python3", repository("Tests/EndToEndTests/python/deny_calls.py").path, calls]
    }

    @Test(
        "it is a memfd_secret, locked, in no child and no core, and the next frame takes it over",
        .memfdSecret,
        .seesIntoFrames
    )
    func memfdSecret() async throws {
        try await Self.expectKept(as: "secretmem", seals: -1)
    }

    @Test(
        "where the kernel has no memfd_secret it is a memfd of sealed size, for which the same holds",
        .memfd,
        .seesIntoFrames
    )
    func memfd() async throws {
        try await Self.expectKept(as: "memfd:stampd-state", seals: 7, launcher: Self.without("memfd_secret"))
    }

    private static func expectKept(as kind: String, seals: CInt, launcher: [String] = []) async throws {
        try await withServiceManager { manager, directory in
            let first = try manager.start(directory, launcher: launcher)
            defer { first.end() }
            let credential = try first.startSession()
            let stored = try #require(try manager.state.first)
            #expect(seals == fcntl(stored, 1034))
            let maps = try FrameMemory(pid: first.pid).maps
            let own = try #require(maps.components(separatedBy: "/\(kind) (deleted)\n").dropFirst().first)
            let flags = try #require(own.split(separator: "\n").first { $0.hasPrefix("VmFlags:") })
            for flag in ["sh", "lo", "dc", "dd"] { #expect(flags.split(separator: " ").contains(Substring(flag))) }
            #expect(try first.stop() == .exited(0))
            let second = try manager.start(directory, launcher: launcher)
            defer { second.end() }
            #expect(second.log.contains("state taken over: 1 sessions"))
            try second.expectStamps(with: credential)
        }
    }

    @Test("where it might reach swap, nothing is kept, a line says so, and the frame serves") func swap() async throws {
        try await withServiceManager { manager, directory in
            let frame = try manager.start(directory, launcher: Self.without("memfd_secret,sysinfo"))
            defer { frame.end() }
            let reason = "this kernel has no memfd_secret, and what it has instead might be written to swap"
            #expect(frame.log.contains("state is not kept: \(reason)\n"))
            try frame.expectStamps(with: frame.startSession())
            #expect(try manager.state.isEmpty)
        }
    }

    @Test("state in a memfd that is there already is dropped where it might reach swap by now", .memfd)
    func swapSince() async throws {
        try await withServiceManager { manager, directory in
            let first = try manager.start(directory, launcher: Self.without("memfd_secret"))
            defer { first.end() }
            try first.startSession()
            #expect(try first.stop() == .exited(0))
            #expect(try manager.state.count == 1)
            let second = try manager.start(directory, launcher: Self.without("memfd_secret,sysinfo"))
            defer { second.end() }
            #expect(second.log.contains("kept state dropped: this kernel has no memfd_secret"))
            #expect(try manager.state.isEmpty)
        }
    }

    @Test("without a service manager nothing is kept, a line says so, and the frame serves") func byHand() async throws
    {
        try await withFrame(["--keep-state", "--boot-id", ServiceManager.bootId]) { frame in
            #expect(frame.log.contains("state is not kept: no service manager started this frame\n"))
            try frame.expectStamps(with: frame.startSession())
        }
    }

    @Test("where so much memory cannot be locked nothing is kept, a line says so, and the frame serves", .ordinaryUser)
    func lockLimit() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            let frame = try FrameProcess(
                in: unprivileged.directory,
                ["--keep-state", "--boot-id", ServiceManager.bootId],
                launcher: ["prlimit", "--memlock=524288:524288"] + unprivileged.launcher,
                environment: ["NOTIFY_SOCKET": "/nowhere"]
            )
            defer { frame.end() }
            #expect(frame.log.contains("state is not kept: m"))
            try frame.expectStamps(with: frame.startSession())
        }
    }
}
