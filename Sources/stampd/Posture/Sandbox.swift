// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The walls that the process puts up around itself once it has everything it needs: Landlock, then the filter.
///
/// Both hold for the thread that asks for them, and the frame has one.
struct Sandbox {
    /// Directories and files that may still be read, beside /proc, which tells of peers.
    var readable: [String] = []
    /// A directory in which files may be removed: where the frame's own sockets are.
    var removable: CInt?

    /// A wall, and why the kernel has none.
    struct Missing: Error {
        let wall: StaticString
        let error: SystemError
    }

    /// - Returns: What is not there; a sandbox without it holds less.
    /// - Throws: What failed, where the kernel has it.
    func enter() throws(SystemError) -> [Missing] {
        // The time zone's file, which gmtime_r(3) would read at its first use, and could not any more.
        tzset()
        var missing: [Missing] = []
        // PR_SET_MDWE is of kernel 6.3; where there is none the filter refuses the same.
        _ = CLinuxDenyWritableCode()
        do throws(SystemError) { try enforceLandlock() } catch {
            missing.append(try Self.missing("Landlock", error))
        }
        do throws(SystemError) { try installFilter() } catch {
            missing.append(try Self.missing("seccomp filter", error))
        }
        return missing
    }

    private func enforceLandlock() throws(SystemError) {
        let notifySocket = unsafe getenv("NOTIFY_SOCKET")
        let landlock = Landlock(
            abi: try Landlock.abi(),
            notifiesAbstractSocket: unsafe notifySocket?.pointee == CChar(UInt8(ascii: "@"))
        )
        try landlock.enforce(readable: ["/proc"] + readable, removable: removable)
    }

    private func installFilter() throws(SystemError) {
        guard let architecture = Architecture.current else { throw SystemError(call: "seccomp", code: ENOSYS) }
        let program = SystemCallFilter(for: architecture, pid: UInt32(getpid())).instructions.map { instruction in
            sock_filter(
                code: instruction.code,
                jt: instruction.ifTrue,
                jf: instruction.ifFalse,
                k: instruction.operand
            )
        }
        let result = unsafe program.withUnsafeBufferPointer { program in
            unsafe CLinuxInstallFilter(program.baseAddress, UInt16(program.count))
        }
        try checkLibc(result, "seccomp")
    }

    /// What says that the kernel, or a sandbox around this one, has no such wall; anything else is an error.
    private static func missing(_ wall: StaticString, _ error: SystemError) throws(SystemError) -> Missing {
        guard [ENOSYS, EOPNOTSUPP, EINVAL, EPERM].contains(error.code) else { throw error }
        return Missing(wall: wall, error: error)
    }
}
