// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// What the store asks of the kernel: each call's refusal becomes a `StoreError` that names the call.
enum FileSystem {
    /// Makes `path` and what leads to it, for its owner alone (mkdir(2), mode 0700).
    ///
    /// A link that is there leads to the directory that counts.
    /// - Throws: `.failed`; `.exposed` where it is there and open to others, `.foreign` where it is somebody else's.
    static func makePrivateDirectory(_ path: String) throws(StoreError) {
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

    /// More than any store takes: a session is less than a KiB of it.
    private static let limitBytes = 1 << 22

    /// The file's bytes; `nil` where there is none. A link is none: replacing it would leave the file that it leads to.
    ///
    /// - Throws: `.notAFile`, `.exposed`, `.foreign`, `.failed`.
    static func read(_ path: String) throws(StoreError) -> Data? {
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

    /// Puts `data` in the place of `path`, whole or not at all, also when the power fails: written beside it with mode
    /// 0600, synchronised, renamed, and the directory synchronised.
    static func replace(_ path: String, with data: Data) throws(StoreError) {
        let new = path + ".new"
        unsafe unlink(new)  // what a killed writer left; the caller has the lock
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
        // "/.": the directory that a link leads to.
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

    /// errno is read first: whatever runs before could change it.
    static func failure(_ call: String, _ path: String) -> StoreError {
        let code = errno
        return .failed(path: path, call: call, reason: unsafe String(cString: strerror(code)))
    }
}
