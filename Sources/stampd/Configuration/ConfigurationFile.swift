// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The file that a frame is configured by: opened by its path each time, since an editor puts another file in its place.
enum ConfigurationFile {
    /// Why it is not read.
    enum Fault: Error, Equatable {
        case system(call: String, code: CInt)
        case notAFile
        /// It belongs to neither root nor the frame's own user.
        case owner(uid_t)
        /// Group or others may write it.
        case writableByOthers
        case tooLong
    }

    /// For rules; the other members with their longest values take 7 KiB.
    static let maximumByteCount = 262_144

    /// Reads the whole file, once it is found to be nobody else's.
    ///
    /// - Parameter path: Followed through symbolic links; the file at their end is what is judged.
    /// - Returns: What is in it: at most `maximumByteCount` bytes.
    /// - Throws: Why it is not read.
    static func read(_ path: String) throws(Fault) -> [UInt8] {
        // Not waiting: a FIFO that nobody writes is refused, and not waited for.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .system(call: "open", code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_uid == 0 || status.st_uid == geteuid() else { throw .owner(status.st_uid) }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else { throw .writableByOthers }
        return try readAll(descriptor)
    }

    /// What is there is counted, not what fstat(2) said: somebody may be writing it.
    private static func readAll(_ descriptor: CInt) throws(Fault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximumByteCount + 1)
        var count = 0
        while count < bytes.count {
            let result = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: count), bytes.count - count)
            }
            let code = errno
            if result == 0 { return Array(bytes[..<count]) }
            if result > 0 { count += result } else if code != EINTR { throw .system(call: "read", code: code) }
        }
        throw .tooLong
    }
}

extension ConfigurationFile.Fault {
    /// As a sentence's end, behind the file's path.
    var message: String {
        switch self {
        case .system(let call, let code): unsafe "\(call): \(String(cString: strerror(code)))"
        case .notAFile: "it is no regular file"
        case .owner(let uid):
            "it belongs to user \(uid); it must be root's, or of the user that reads it (\(geteuid()))"
        case .writableByOthers: "group or others may write it; chmod go-w"
        case .tooLong: "it is longer than \(ConfigurationFile.maximumByteCount) bytes"
        }
    }
}
