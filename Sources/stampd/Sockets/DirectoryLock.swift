// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A lock (flock(2)) on a file that only its owner may open, so that no other user can hold it.
final class DirectoryLock {
    private let descriptor: CInt

    private static let name = ".stampd.lock"

    /// Takes the lock. `directory` is a descriptor of the directory at `path`; it is not kept.
    init(directory: CInt, path: String) throws(SocketDirectoryError) {
        let lockPath = "\(path)/\(Self.name)"
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
        while true {
            let descriptor = unsafe openat(directory, Self.name, flags, 0o600)
            let code = errno
            guard descriptor >= 0 else {
                throw code == ELOOP || code == EISDIR || code == ENXIO
                    ? .inTheWay(path: lockPath) : .system(path: lockPath, SystemError(call: "openat", code: code))
            }
            guard Self.isFile(descriptor) else {
                close(descriptor)
                throw .inTheWay(path: lockPath)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw .inUse(path: path)
            }
            // Between opening and locking, a frame that was ending may have removed the file; then this lock is
            // useless.
            if Self.isCurrent(descriptor, in: directory) {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    deinit { close(descriptor) }

    /// Removes the file while the lock is still held.
    func remove(from directory: CInt) { unsafe _ = unlinkat(directory, Self.name, 0) }

    private static func isFile(_ descriptor: CInt) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func isCurrent(_ descriptor: CInt, in directory: CInt) -> Bool {
        var locked = stat()
        var current = stat()
        guard unsafe fstat(descriptor, &locked) == 0,
            unsafe fstatat(directory, name, &current, AT_SYMLINK_NOFOLLOW) == 0
        else { return false }
        return locked.st_dev == current.st_dev && locked.st_ino == current.st_ino
    }
}
