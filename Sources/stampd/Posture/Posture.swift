// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// What the process makes of itself before it holds a secret or reads a byte of a peer.
enum Posture {
    /// - Throws: What the kernel would not do; nothing may start then.
    static func take() throws(SystemError) {
        resetCrashSignals()
        signal(SIGPIPE, SIG_IGN)
        try checkLibc(CLinuxSetNotDumpable(), "prctl(PR_SET_DUMPABLE)")
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        try unsafe checkLibc(setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none), "setrlimit(RLIMIT_CORE)")
        umask(0o177)
    }

    /// A crash ends the process at once: no handler of the runtime's may print registers or memory.
    private static func resetCrashSignals() {
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT, SIGSYS] {
            signal(crash, SIG_DFL)
        }
    }
}
