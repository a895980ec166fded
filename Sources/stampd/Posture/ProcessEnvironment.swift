// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The environment that whoever started the process gave it.
enum ProcessEnvironment {
    /// What the service manager tells a service; nothing else is of use to a running frame.
    private static let kept: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS",
        "LISTEN_FDNAMES", "FDSTORE", "JOURNAL_STREAM", "INVOCATION_ID", "MANAGERPID", "SYSTEMD_EXEC_PID",
    ]

    /// Drops every variable but those of the service manager, and overwrites the others where the starter's lie: a token that
    /// a shell had exported is then neither in `/proc/PID/environ` nor in memory, even where a preloaded library has hidden
    /// or replaced it.
    static func drop() {
        if let list = unsafe CLinuxInitialEnvironment() {
            unsafe keep(in: list) { variable in unsafe explicit_bzero(variable, strlen(variable)) }
        }
        // The same list, where nobody has moved it; else the library's own texts are in it, which may be constants.
        if let list = unsafe CLinuxEnvironment() { unsafe keep(in: list) { _ in } }
    }

    /// Closes the list up to those that are kept, and hands over the others.
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
