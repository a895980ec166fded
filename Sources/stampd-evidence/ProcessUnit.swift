// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Finds the units of processes by their control groups (sd_pid_get_unit(3)).
enum ProcessUnit {
    /// Returns the system unit of a process; `user@UID.service` for every process beneath a user's manager. Nil if there is
    /// no such process, or it is in no unit.
    static func name(of pid: pid_t) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe sd_pid_get_unit(pid, &text) >= 0, let name = unsafe text else { return nil }
        defer { unsafe free(name) }
        return unsafe String(cString: name)
    }
}
