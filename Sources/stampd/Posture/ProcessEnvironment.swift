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

    /// Drops every variable but those of the service manager, and overwrites them where they lie: a token that a shell had
    /// exported is then neither in `/proc/PID/environ` nor in memory.
    static func drop() {
        guard let list = unsafe CLinuxEnvironment() else { return }
        var (from, to) = (0, 0)
        while let variable = unsafe list[from] {
            from += 1
            let text = unsafe String(cString: variable)
            if kept.contains(String(text.prefix { $0 != "=" })) {
                unsafe list[to] = variable
                to += 1
            } else {
                unsafe explicit_bzero(variable, strlen(variable))
            }
        }
        unsafe list[to] = nil
    }
}
