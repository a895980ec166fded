// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// The service manager's store of descriptors (sd_pid_notify_with_fds(3), FDSTORE=1): kept over restart and crash, dropped
/// at stop.
enum FileDescriptorStore {
    /// What the state's descriptor is called there, and when it is passed at start.
    static let name = "state"

    /// Whether there is a service manager to ask.
    static var isThere: Bool { unsafe getenv("NOTIFY_SOCKET") != nil }

    /// Hands the manager a duplicate, which it shall not poll.
    static func keep(_ descriptor: CInt) throws(SystemError) {
        var descriptor = descriptor
        try unsafe checkSystemd(
            sd_pid_notify_with_fds(0, 0, "FDSTORE=1\nFDNAME=\(name)\nFDPOLL=0", &descriptor, 1),
            "sd_pid_notify_with_fds"
        )
    }

    /// Lets the manager drop what it keeps under that name.
    static func remove() throws(SystemError) {
        try unsafe checkSystemd(sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=\(name)"), "sd_notify")
    }
}
