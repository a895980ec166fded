// SPDX-License-Identifier: Apache-2.0
import Glibc

extension SubordinateRanges {
    /// Files that a running frame reads again at each reload.
    static let paths = [subuidPath, passwdPath]
    private static let subuidPath = "/etc/subuid"
    private static let passwdPath = "/etc/passwd"
    /// More than ten thousand users have.
    private static let maximumByteCount = 4 * 1024 * 1024

    /// Why a file's ranges are not known.
    struct Unread: Error {
        let path: String
        let reason: String
    }

    /// Reads both files; a machine without /etc/subuid has no subordinate uids.
    ///
    /// - Throws: Where a file is there and cannot be read whole.
    static func read() throws(Unread) -> SubordinateRanges {
        let subuid = try read(subuidPath)
        return SubordinateRanges(subuid: subuid, passwd: subuid.isEmpty ? [] : try read(passwdPath))
    }

    /// The file's bytes; none where there is no file.
    private static func read(_ path: String) throws(Unread) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw unread(path, errno) }
            return []
        }
        defer { close(descriptor) }
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

    private static func unread(_ path: String, _ code: Int32) -> Unread {
        Unread(path: path, reason: unsafe String(cString: strerror(code)))
    }
}
