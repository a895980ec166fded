// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the unit's list of system calls")
struct UnitFilterTests {
    /// What only the start needs: the loader, libraries, the runtime, and the walls themselves.
    private static let startUp: Set = [
        "access", "faccessat2", "ioctl", "sigaltstack", "umask", "close_range", "prctl", "seccomp",
        "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    ]

    /// systemd's @default, which a list of what is allowed always includes: as much of it as the daemon's own list names.
    private static let implied: Set = [
        "brk", "clock_getres", "clock_gettime", "exit", "exit_group", "futex", "getegid", "geteuid", "getgid", "getpid",
        "getrandom", "gettid", "gettimeofday", "getuid", "mmap", "mprotect", "munmap", "restart_syscall",
        "rt_sigreturn",
        "sched_getaffinity", "sched_yield", "time",
    ]

    /// What the filter allows, whatever the arguments or with some.
    private static let own = Set(
        (SystemCall.ordinary + SystemCall.allowed
            + [SystemCall.map, .protect, .socket, .openAt, .control, .signalThread, .socketOption]).map { "\($0.name)" }
    )

    private static func listed() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let unit = try String(
            contentsOf: root.appending(path: "systemd/system/stampd@.service.in"),
            encoding: .utf8
        )
        let lines = unit.split(separator: "\n").filter { $0.hasPrefix("SystemCallFilter=") }
        return Set(lines.flatMap { $0.dropFirst("SystemCallFilter=".count).split(separator: " ").map(String.init) })
    }

    @Test("is the daemon's own, with what its start needs besides, and nothing else") func same() throws {
        let listed = try Self.listed()
        #expect(listed.contains("@default"))
        #expect(listed.subtracting(["@default"]) == Self.own.subtracting(Self.implied).union(Self.startUp))
    }

    @Test("holds nothing that is fatal to a running frame") func fatal() throws {
        #expect(try Self.listed().isDisjoint(with: SystemCall.fatal.map { "\($0.name)" }))
    }
}
