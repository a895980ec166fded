// SPDX-License-Identifier: Apache-2.0

/// Why the store of sessions cannot be used. What was in it is left as it was.
public enum StoreError: Error, Sendable, Hashable {
    /// Not the JSON that this program writes.
    case damaged(path: String, detail: String)
    /// Written by a newer program, which may keep there what this one would lose.
    case newerVersion(path: String, found: Int, known: Int)
    /// A link, a directory, a pipe or a device is where the file would be.
    case notAFile(path: String)
    /// Other users may read or write it.
    case exposed(path: String)
    /// It is another user's.
    case foreign(path: String, userId: UInt32)
    /// Another program has held its lock for too long.
    case busy(path: String)
    /// The system refused `call`, such as `write`, for `reason`, such as `No space left on device`.
    case failed(path: String, call: String, reason: String)
    /// Another login of the session is under way, here or in another process.
    case loginUnderWay(session: String)

    var message: String {
        switch self {
        case .damaged(let path, let detail): "the store of sessions \(path) is damaged: \(detail)"
        case .newerVersion(let path, let found, let known):
            "the store of sessions \(path) is of version \(found), and this program knows \(known)"
        case .notAFile(let path): "the store of sessions \(path) is no file, but a link, a directory or a device"
        case .exposed(let path): "the store of sessions \(path) may be used by others than its owner"
        case .foreign(let path, let userId): "the store of sessions \(path) belongs to user \(userId), not to you"
        case .busy(let path): "the store of sessions \(path) has been locked for too long"
        case .failed(let path, let call, let reason): "the store of sessions \(path) cannot be used: \(call): \(reason)"
        case .loginUnderWay(let session): "another login of the session \"\(session)\" is under way"
        }
    }

    var hint: String {
        switch self {
        case .damaged(let path, _): "move it away (mv \(path) \(path).damaged) and log in again; sessions stamp on"
        case .newerVersion(let path, _, _): "use the newer program, or move \(path) away and log in again"
        case .notAFile(let path): "move it away (mv \(path) \(path).moved), then log in again; sessions stamp on"
        case .exposed(let path): "look at what is in it, then chmod go= \(path)"
        case .foreign: "a command run as another user (sudo) made it: give it back with chown, or set XDG_STATE_HOME"
        case .busy: "look for a program that hangs with it, then try again"
        case .failed: "make room or correct the permissions, then try again; what was stored is as it was"
        case .loginUnderWay: "finish it, or end it, then try again"
        }
    }

    var isWorthRetrying: Bool {
        switch self {
        case .busy, .loginUnderWay: true
        case .damaged, .newerVersion, .notAFile, .exposed, .foreign, .failed: false
        }
    }
}
