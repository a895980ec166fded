// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// What the process makes of itself before it holds a secret or reads a byte of a peer: nothing to dump, nothing inherited
/// but standard input, output and error, and what the service manager passed.
enum Posture {
    /// - Parameter passedCount: How many descriptors from 3 on the service manager passed; all behind them are closed.
    /// - Throws: What the kernel would not do; nothing may start then.
    static func take(keeping passedCount: CInt) throws(SystemError) {
        resetCrashSignals()
        // A peer that is gone, and a log file at its limit (setrlimit(2), RLIMIT_FSIZE), are errors of a call, not the end.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        try holdStandardDescriptors()
        try checkLibc(CLinuxCloseFrom(STDERR_FILENO + 1 + passedCount), "close_range")
        try checkLibc(CLinuxSetNotDumpable(), "prctl(PR_SET_DUMPABLE)")
        try checkLibc(CLinuxSetNoNewPrivileges(), "prctl(PR_SET_NO_NEW_PRIVS)")
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        try unsafe checkLibc(setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none), "setrlimit(RLIMIT_CORE)")
        umask(0o177)
    }

    /// Where standard input, output or error is closed, /dev/null takes its number: no socket may get it, and then the log.
    private static func holdStandardDescriptors() throws(SystemError) {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            try unsafe checkLibc(open("/dev/null", O_RDWR), "open(/dev/null)")
        }
    }

    /// A crash ends the process at once: no handler of the runtime's may print registers or memory.
    private static func resetCrashSignals() {
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT, SIGSYS] {
            signal(crash, SIG_DFL)
        }
    }
}
