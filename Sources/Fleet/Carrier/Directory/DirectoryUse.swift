// SPDX-License-Identifier: Apache-2.0
import Glibc
import Printing

/// Locks a directory for one process: by flock(2) on a file in it that only the file's owner may open.
///
/// A lock on the directory itself would not do: each program that may read it could hold that lock for as long as it likes.
struct DirectoryUse {
    static let patience = Duration.seconds(5)

    private static let file = ".lock"
    /// The pause between two tries; a publication takes about as long.
    private static let pauseMicroseconds: UInt32 = 10_000

    private let lock: CInt

    /// Waits for the lock. `directory` is a descriptor of the directory at `path`.
    ///
    /// - Throws: `.busy` after `patience`; `.denied` where another user owns the lock file; `.protocolViolation` where it is
    ///   not a regular file.
    init(of directory: CInt, path: String, within patience: Duration) throws(CarrierFault) {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let lock = unsafe openat(directory, Self.file, flags, 0o600)
        guard lock >= 0 else { throw OpenDirectory.makeFault("\(path)/\(Self.file)", errno) }
        do throws(CarrierFault) { try Self.wait(for: lock, "\(path)/\(Self.file)", within: patience) } catch {
            close(lock)
            throw error
        }
        self.lock = lock
    }

    func end() { close(lock) }

    private static func wait(for lock: CInt, _ path: String, within patience: Duration) throws(CarrierFault) {
        var status = stat()
        guard unsafe fstat(lock, &status) == 0 else { throw OpenDirectory.makeFault(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .protocolViolation(detail: "\(PrintableText(path)) is no file")
        }
        let end = ContinuousClock.now + patience
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw OpenDirectory.makeFault(path, errno) }
            guard ContinuousClock.now < end else { throw .busy(path: "\(PrintableText(path))") }
            usleep(pauseMicroseconds)
        }
    }
}
