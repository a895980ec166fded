// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Prepares the process before it holds a secret or reads a byte from a peer: no core dumps, not dumpable, and no
/// inherited descriptors but standard input, output and error and those that the service manager passed.
enum Posture {
    /// Takes the posture.
    ///
    /// - Parameter passedCount: How many descriptors from 3 on the service manager passed. All after them are closed.
    /// - Throws: `SystemError` if the kernel refuses; the process must not go on then.
    static func take(keeping passedCount: CInt) throws(SystemError) {
        resetCrashSignals()
        // A write to a peer that is gone, or to a log file at its limit (setrlimit(2), RLIMIT_FSIZE), then fails
        // instead of ending the process.
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

    /// Opens /dev/null for each standard stream that is closed, so that no socket gets its number and receives the log.
    private static func holdStandardDescriptors() throws(SystemError) {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            try unsafe checkLibc(open("/dev/null", O_RDWR), "open(/dev/null)")
        }
    }

    /// Makes a crash end the process at once, so that no handler of the runtime prints registers or memory.
    private static func resetCrashSignals() {
        for crash in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT, SIGSYS] {
            signal(crash, SIG_DFL)
        }
    }
}
