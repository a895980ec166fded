// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What tests need of the machine and of the user that they run as. Where it is missing they are skipped, with the reason
/// given here; `.ci/skips` lists the reasons that a complete run may have.
extension Trait where Self == ConditionTrait {
    static var root: Self { .enabled(if: geteuid() == 0, "only root can do this") }

    /// For frames that look different to root: `Unprivileged` runs them as a user without privileges.
    static var ordinaryUser: Self {
        .enabled(if: Machine.hasOrdinaryUser, "user \(Unprivileged.uid) cannot run what was built")
    }

    static var otherUsers: Self {
        .enabled(if: geteuid() == 0 && Machine.hasOrdinaryUser, "only root has other users' peers")
    }

    static var seesIntoFrames: Self {
        .enabled(if: Machine.seesIntoFrames, "only root with CAP_SYS_PTRACE sees into a frame")
    }

    static var injectsCalls: Self {
        .enabled(
            if: Machine.seesIntoFrames && Machine.hasKnownRegisters,
            "only root with CAP_SYS_PTRACE, on x86-64 or arm64, makes calls in a frame"
        )
    }

    static var mounting: Self { .enabled(if: Machine.mounts, "no mount can be made here") }

    static var pidNamespaces: Self { .enabled(if: Machine.hasPidNamespaces, "no pid namespaces can be made here") }

    static var controlGroups: Self {
        .enabled(if: !ControlGroup.areMissing, "no control groups of version 2 can be made here")
    }

    static var memfdSecret: Self { .enabled(if: Machine.hasMemfdSecret, "this kernel has no memfd_secret") }

    static var keptState: Self {
        .enabled(if: Machine.hasMemfdSecret || !Machine.hasSwap, "with swap on and no memfd_secret nothing is kept")
    }

    static var memfd: Self { .enabled(if: !Machine.hasSwap, "with swap on nothing is kept in a memfd") }

    static var urgentBytes: Self {
        .enabled(if: Machine.sendsUrgentBytes, "this kernel's Unix sockets have no urgent bytes")
    }

    static var strace: Self { .enabled(if: Machine.hasStrace, "no strace: make deps") }

    static var browser: Self { .enabled(if: Browser.isAvailable, "no chromium: make deps") }

    static var lab: Self { .enabled(if: Lab.obstacle == nil, "no lab: \(Lab.obstacle ?? "")") }
}

/// What this machine, and this user of it, can do; each is tried once.
enum Machine {
    static let hasOrdinaryUser =
        geteuid() != 0 || runs(Unprivileged.launcher + [FrameProcess.executable, "--version"])

    static let hasPidNamespaces = runs(["unshare", "--pid", "--fork", "true"])

    static let mounts = runs(["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "t", "/mnt"])

    static let hasStrace = runs(["strace", "-V"])

    static let hasSwap = (try? String(contentsOfFile: "/proc/swaps", encoding: .utf8))?.contains("/") ?? true

    /// MSG_OOB of unix(7).
    static let sendsUrgentBytes: Bool = {
        var (ends, byte): ([CInt], UInt8) = ([-1, -1], 0x20)
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return false
        }
        defer { for end in ends { close(end) } }
        return send(ends[0], &byte, 1, CInt(MSG_OOB | MSG_NOSIGNAL)) == 1
    }()

    static let hasMemfdSecret = runs([
        "/usr/bin/python3", "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).syscall(447, 0) < 0)",
    ])

    /// A frame is not dumpable: its memory, environment and registers are for root with CAP_SYS_PTRACE (19) alone, where
    /// Yama does not keep them from everybody (3).
    static let seesIntoFrames: Bool = {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let effective = status.firstMatch(of: #/CapEff:\s*([0-9a-f]+)/#).flatMap { UInt64($0.1, radix: 16) } ?? 0
        let yama = (try? String(contentsOfFile: "/proc/sys/kernel/yama/ptrace_scope", encoding: .utf8)) ?? "0"
        return geteuid() == 0 && effective >> 19 & 1 == 1 && !yama.hasPrefix("3")
    }()

    /// Whether the injector of calls knows this architecture's registers.
    static var hasKnownRegisters: Bool {
        #if arch(x86_64) || arch(arm64)
        true
        #else
        false
        #endif
    }

    private static func runs(_ command: [String]) -> Bool { (try? ChildProcess(command).wait()) == .exited(0) }
}
