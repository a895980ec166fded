// SPDX-License-Identifier: Apache-2.0
import Glibc

extension SocketDirectoryError {
    var message: String {
        switch self {
        case .system(let path, let error): "\(path): \(error.message)"
        case .notADirectory(let path): "\(path) is not a directory"
        case .writableByOthers(let path): "\(path): other users may write there"
        case .foreignGroup(let path, let group): "\(path): a socket cannot be opened to the group \(group)"
        case .inUse(let path): "\(path): another frame runs there"
        case .live(let path): "\(path): another process listens there already"
        case .inTheWay(let path): "\(path) is in the way: it is nothing that a frame left"
        case .pathTooLong(let path, let limit): "\(path) is longer than the \(limit) bytes of a Unix socket's path"
        }
    }

    var hint: String {
        switch self {
        case .system(_, let error) where error.code == ENOENT: "make the directory first: mkdir -m 0700 DIR"
        case .system, .notADirectory: "--socket-directory takes a directory of your own"
        case .writableByOthers: "it must belong to you or root, and be writable by its owner alone: chmod 0700 DIR"
        case .foreignGroup: "the frame's user must be in the group that --deliver-group names"
        case .inUse, .live: "stop that process, or take another directory"
        case .inTheWay: "nothing was removed; move it away, or take another directory"
        case .pathTooLong: "take a directory nearer to the root"
        }
    }

    /// The exit code, as in sysexits(3).
    var exitCode: Int32 {
        switch self {
        case .system(_, let error): error.code == EACCES || error.code == EPERM ? EX_NOPERM : EX_OSERR
        case .notADirectory, .pathTooLong: EX_USAGE
        case .writableByOthers, .foreignGroup: EX_NOPERM
        case .inUse, .live, .inTheWay: EX_UNAVAILABLE
        }
    }
}
