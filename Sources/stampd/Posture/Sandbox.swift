// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The sandbox that the process enters once it has opened everything it needs: Landlock, then the system call filter.
///
/// Both apply to the calling thread, and the frame has only one.
struct Sandbox {
    /// Directories and files that may still be read, beside /proc, which is needed to identify peers.
    var readable: [String] = []
    /// A directory in which files may be removed: that of the frame's own sockets.
    var removable: CInt?

    /// A part of the sandbox that the kernel does not have, and why.
    struct Missing: Error {
        let part: StaticString
        let error: SystemError
    }

    /// Enters the sandbox.
    ///
    /// - Returns: The parts that are missing, without which it protects less.
    /// - Throws: `SystemError` if a part exists and fails.
    func enter() throws(SystemError) -> [Missing] {
        // Reads the time zone's file now, because gmtime_r(3) would do so at its first use and could not any more.
        tzset()
        var missing: [Missing] = []
        // PR_SET_MDWE needs kernel 6.3; on an older one the filter refuses the same.
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

    /// Returns a missing part if the error says that the kernel, or a sandbox around this one, does not have it; throws
    /// any other error.
    private static func missing(_ part: StaticString, _ error: SystemError) throws(SystemError) -> Missing {
        guard [ENOSYS, EOPNOTSUPP, EINVAL, EPERM].contains(error.code) else { throw error }
        return Missing(part: part, error: error)
    }
}
