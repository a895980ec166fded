// SPDX-License-Identifier: Apache-2.0
package import Foundation
import Glibc

/// System calls of the store. Each failure becomes a `StoreError` that names the call.
package enum FileSystem {
    /// Creates `path` and its parents, for their owner alone (mkdir(2), mode 0700).
    ///
    /// If `path` is a link, the directory it points to counts.
    ///
    /// - Throws: `.failed`; `.exposed` if it exists and is open to others, `.foreign` if it belongs to another user.
    package static func makePrivateDirectory(_ path: String) throws(StoreError) {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/" + part
            guard unsafe mkdir(built, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", built) }
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw failure("stat", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            throw failure("mkdir", path)
        }
        try checkPrivate(status, path)
    }

    private static func checkPrivate(_ status: stat, _ path: String) throws(StoreError) {
        guard status.st_uid == geteuid() else { throw .foreign(path: path, userId: status.st_uid) }
        guard status.st_mode & 0o077 == 0 else { throw .exposed(path: path) }
    }

    /// The largest file that is read where nothing else is said, in bytes. A session takes less than a KiB.
    package static let limitBytes = 1 << 22

    /// Reads the file's bytes; `nil` if there is no file. A link is refused, since replacing it would leave the file
    /// that it points to.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limitBytes: Of a larger file nothing is read.
    /// - Returns: The bytes.
    /// - Throws: `.notAFile`, `.exposed`, `.foreign`, `.failed`.
    package static func read(
        _ path: String,
        limitBytes: Int = FileSystem.limitBytes
    ) throws(StoreError) -> Data? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure("stat", path) }
            return nil
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        try checkPrivate(status, path)
        do throws(RegularFile.Fault) { return try RegularFile(path, limitBytes: limitBytes).data } catch {
            throw .damaged(path: path, detail: "it \(error.message)")
        }
    }

    /// Replaces the file at `path` by `data`, completely or not at all, even if the power fails: writes it beside with
    /// mode 0600, synchronises it, renames it, and synchronises the directory.
    package static func replace(_ path: String, with data: Data) throws(StoreError) {
        let new = path + ".new"
        unsafe unlink(new)  // left by a writer that was killed; the caller holds the lock
        do throws(StoreError) {
            let file = try open(new, O_WRONLY | O_CREAT | O_EXCL)
            defer { close(file) }
            try write(data, to: file, new)
            guard fsync(file) == 0 else { throw failure("fsync", new) }
            guard unsafe rename(new, path) == 0 else { throw failure("rename", path) }
        } catch {
            unsafe unlink(new)
            throw error
        }
        // "/.": the directory that a link points to.
        let directory = try open(
            String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/.",
            O_RDONLY | O_DIRECTORY
        )
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("fsync", path) }
    }

    static func open(_ path: String, _ flags: CInt) throws(StoreError) -> CInt {
        let file = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("open", path) }
        return file
    }

    private static func write(_ data: Data, to file: CInt, _ path: String) throws(StoreError) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Creates an error. It reads errno first, since any other call could change it.
    static func failure(_ call: String, _ path: String) -> StoreError {
        let code = errno
        return .failed(path: path, call: call, reason: unsafe String(cString: strerror(code)))
    }
}
