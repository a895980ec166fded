// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The environment that the process was started with.
enum ProcessEnvironment {
    /// The variables that the service manager sets for a service. A running frame needs no others.
    private static let kept: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS",
        "LISTEN_FDNAMES", "FDSTORE", "JOURNAL_STREAM", "INVOCATION_ID", "MANAGERPID", "SYSTEMD_EXEC_PID",
    ]

    /// Drops every variable but the service manager's, and overwrites the others in the memory where the kernel put
    /// them. A token that a shell exported is then neither in `/proc/PID/environ` nor in memory, even if a preloaded
    /// library has hidden or replaced it.
    static func drop() {
        if let list = unsafe CLinuxInitialEnvironment() {
            unsafe keep(in: list) { variable in unsafe explicit_bzero(variable, strlen(variable)) }
        }
        // Usually the same list. If a library moved it, its entries may be constants, so they are not overwritten.
        if let list = unsafe CLinuxEnvironment() { unsafe keep(in: list) { _ in } }
    }

    /// Removes the other variables from the list, and passes them to `drop`.
    private static func keep(
        in list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
        dropping drop: (UnsafeMutablePointer<CChar>) -> Void
    ) {
        var (from, to) = (0, 0)
        while let variable = unsafe list[from] {
            from += 1
            let text = unsafe String(cString: variable)
            if kept.contains(String(text.prefix { $0 != "=" })) {
                unsafe list[to] = variable
                to += 1
            } else {
                unsafe drop(variable)
            }
        }
        unsafe list[to] = nil
    }
}
