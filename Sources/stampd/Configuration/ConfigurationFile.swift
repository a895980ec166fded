// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads the configuration file of a frame. The file is opened by its path each time, since an editor replaces it.
enum ConfigurationFile {
    /// The reasons why the file is not read.
    enum Fault: Error, Equatable {
        case system(call: String, code: CInt)
        case notAFile
        /// The file belongs to neither root nor the frame's own user.
        case owner(uid_t)
        /// The group or others may write the file.
        case writableByOthers
        case tooLong
    }

    /// The largest file. Rules need the room; the other members with their longest values take 7 KiB.
    static let maximumByteCount = 262_144

    /// Reads the whole file, after checking that only root or the frame's own user can have written it.
    ///
    /// - Parameter path: The path; symbolic links are followed, and the file at their end is checked.
    /// - Returns: The contents, at most `maximumByteCount` bytes.
    /// - Throws: `Fault`.
    static func read(_ path: String) throws(Fault) -> [UInt8] {
        // Without blocking: a FIFO without a writer is refused, not waited for.
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

    /// Reads and counts the bytes, instead of trusting fstat(2), since the file may be being written.
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
    /// The fault as the end of a sentence, after the file's path.
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
