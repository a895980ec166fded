// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc

/// `$XDG_RUNTIME_DIR`: this user's own directory, mode 0700, while they are logged in (XDG Base Directory Specification
/// 0.8).
package enum RuntimeDirectory {
    /// The faults of the directory.
    package enum Fault: Sendable, Hashable {
        case unset
        case relative
        case missing(path: String)
        case foreign(path: String, userId: UInt32)
        case open(path: String, mode: UInt32)

        /// Names the fault, and says how it happens.
        package var message: String {
            switch self {
            case .unset: "XDG_RUNTIME_DIR is not set here, as under sudo, su or cron"
            case .relative: "XDG_RUNTIME_DIR is not an absolute path"
            case .missing(let path): "XDG_RUNTIME_DIR is \(path), which is not there"
            case .foreign(let path, let userId):
                "XDG_RUNTIME_DIR is \(path), which is user \(userId)'s and not yours, as under sudo -E or su"
            case .open(let path, let mode):
                "XDG_RUNTIME_DIR is \(path), which is open to others (mode \(String(mode, radix: 8)), not 700)"
            }
        }
    }

    /// Returns why the directory is not this user's own; `nil` if it is.
    package static func findFault(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Fault? {
        guard let path = environment["XDG_RUNTIME_DIR"], !path.isEmpty else { return .unset }
        guard path.hasPrefix("/") else { return .relative }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return .missing(path: path) }
        guard status.st_uid == geteuid() else { return .foreign(path: path, userId: status.st_uid) }
        return status.st_mode & 0o077 == 0 ? nil : .open(path: path, mode: status.st_mode & 0o7777)
    }
}
