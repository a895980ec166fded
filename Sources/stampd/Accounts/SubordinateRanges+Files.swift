// SPDX-License-Identifier: Apache-2.0
import Glibc

extension SubordinateRanges {
    /// The files that a running frame reads again at each reload.
    static let paths = [subuidPath, passwdPath]
    private static let subuidPath = "/etc/subuid"
    private static let passwdPath = "/etc/passwd"
    /// The largest file that is read: more than ten thousand users need.
    private static let maximumByteCount = 4 * 1024 * 1024

    /// A file exists and cannot be read whole.
    struct Unread: Error {
        let path: String
        let reason: String
    }

    /// Reads both files. A machine without /etc/subuid has no subordinate uids.
    ///
    /// - Throws: `Unread` if a file exists and cannot be read whole.
    static func read() throws(Unread) -> SubordinateRanges {
        let subuid = try read(subuidPath)
        return SubordinateRanges(subuid: subuid, passwd: subuid.isEmpty ? [] : try read(passwdPath))
    }

    /// Reads the file's bytes; none if there is no file.
    private static func read(_ path: String) throws(Unread) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw unread(path, errno) }
            return []
        }
        defer { close(descriptor) }
        guard !isReplaced(descriptor) else {
            throw Unread(path: path, reason: "another file has taken its place, which a restart reads")
        }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            let code = errno
            if count == 0 { return text }
            if count < 0 {
                guard code == EINTR else { throw unread(path, code) }
                continue
            }
            text += piece[..<count]
            guard text.count <= maximumByteCount else {
                throw Unread(path: path, reason: "it is longer than \(maximumByteCount) bytes")
            }
        }
    }

    /// Whether the open file was replaced, and has no name any more. A unit that binds a file keeps seeing the one that
    /// was there at its start.
    private static func isReplaced(_ descriptor: CInt) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    private static func unread(_ path: String, _ code: Int32) -> Unread {
        Unread(path: path, reason: unsafe String(cString: strerror(code)))
    }
}
