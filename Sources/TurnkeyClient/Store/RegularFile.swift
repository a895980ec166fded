// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A regular file read as a whole. Pipes and devices are refused, since their end may never come.
struct RegularFile {
    enum Fault: Error {
        case missing
        /// A directory, a pipe, a socket or a device.
        case notRegular
        case tooLarge(limitBytes: Int)
        /// The system refused, with this error number.
        case failed(CInt)

        /// The fault in words that follow the file's name.
        var message: String {
            switch self {
            case .missing: "is not there"
            case .notRegular: "is not a file, but a directory, a pipe or a device"
            case .tooLarge(let limit): "is larger than \(limit) bytes"
            case .failed(let code): "cannot be read: \(unsafe String(cString: strerror(code)))"
            }
        }
    }

    let data: Data
    /// The status of the file that was read, whichever file has its name now.
    let status: stat

    /// Reads the file; follows links.
    init(_ path: String, limitBytes: Int) throws(Fault) {
        // A pipe without a writer is opened at once this way, and then refused.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw errno == ENOENT ? .missing : .failed(errno) }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw .failed(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        guard status.st_size <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        self.status = status
        data = try Self.read(file, limitBytes)
    }

    private static func read(_ file: CInt, _ limitBytes: Int) throws(Fault) -> Data {
        var (data, buffer) = (Data(), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .failed(errno) }
            guard count > 0 else { return data }
            data += buffer[..<count]
            guard data.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        }
    }
}
