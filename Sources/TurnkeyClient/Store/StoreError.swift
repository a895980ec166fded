// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// The reasons why the store of sessions cannot be used. The file is left as it was.
public enum StoreError: Error, Sendable, Hashable {
    /// The file is not the JSON that this program writes.
    case damaged(path: String, detail: String)
    /// The file was written by a newer program, and this one might lose what it holds.
    case newerVersion(path: String, found: Int, known: Int)
    /// A link, a directory, a pipe or a device is in the file's place.
    case notAFile(path: String)
    /// Other users may read or write the file.
    case exposed(path: String)
    /// The file belongs to another user.
    case foreign(path: String, userId: UInt32)
    /// Another program has held the lock for too long.
    case busy(path: String)
    /// The system refused `call`, such as `write`, for `reason`, such as `No space left on device`.
    case failed(path: String, call: String, reason: String)
    /// Another login or refresh of the session is in progress, in this or another process.
    case loginUnderWay(session: SessionName)

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
        case .loginUnderWay(let session): "another login or refresh of the session \"\(session)\" is under way"
        }
    }

    var hint: String {
        switch self {
        case .damaged(let path, _): "move it away (mv \(path) \(path).damaged) and log in again; sessions stamp on"
        case .newerVersion(let path, _, _): "use the newer program, or move \(path) away and log in again"
        case .notAFile(let path): "move it away (mv \(path) \(path).moved), then log in again; sessions stamp on"
        case .exposed(let path): "look at its contents, then chmod go= \(path)"
        case .foreign: "a command run as another user (sudo) made it: give it back with chown, or set XDG_STATE_HOME"
        case .busy: "look for a program that hangs with it, then try again"
        case .failed: "make room or correct the permissions, then try again; what was stored is as it was"
        case .loginUnderWay: "let it finish, or end it, then look at the session and try again where that is needed"
        }
    }

    var isWorthRetrying: Bool {
        switch self {
        case .busy, .loginUnderWay: true
        case .damaged, .newerVersion, .notAFile, .exposed, .foreign, .failed: false
        }
    }
}
