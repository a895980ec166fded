// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Glibc

/// The ready file could not be written; nothing of it is left.
public struct ReadyFileError: Error, Hashable {
    /// The file's path.
    public let path: String
    /// The system call that failed: `remove`, `open`, `fchmod`, `write`, `fsync` or `rename`.
    public let call: String
    /// The system's error number.
    public let errorNumber: Int32

    /// The reason in words.
    public var message: String {
        "cannot write the ready file \(path): \(call): \(unsafe String(cString: strerror(errorNumber)))"
    }
}

/// Writes and removes the file by which a sandbox says that it listens.
public enum ReadyFile {
    /// Writes `information` as one JSON object, mode 0600, so that a reader finds all of it or no file.
    ///
    /// It is written beside its place under another name, flushed, and renamed (rename(2)). A file that is there is
    /// replaced. A directory, a link, a pipe or a socket is left alone.
    ///
    /// - Throws: The system call that failed; `remove`, EEXIST, if what is there is not a file.
    public static func write(_ information: ReadyInformation, to url: URL) throws(ReadyFileError) {
        try remove(url)
        guard let bytes = encode(information) else { return }
        let staging = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(UUID().text)").path
        do {
            try create(staging, holding: bytes)
            try check(unsafe rename(staging, url.path), "rename")
        } catch {
            unsafe unlink(staging)
            throw ReadyFileError(path: url.path, call: error.call, errorNumber: error.number)
        }
    }

    /// Removes the file of an earlier run, if there is one, so that it is not taken for this one's.
    ///
    /// - Throws: `remove`, EEXIST, if what is there is not a file.
    public static func remove(_ url: URL) throws(ReadyFileError) {
        var status = stat()
        guard unsafe lstat(url.path, &status) == 0 else { return }  // nothing is there, or nothing that can be seen
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ReadyFileError(path: url.path, call: "remove", errorNumber: EEXIST)
        }
        guard unsafe unlink(url.path) == 0 || errno == ENOENT else {
            throw ReadyFileError(path: url.path, call: "remove", errorNumber: errno)
        }
    }

    /// Removes the file at a run's end, if its bytes are still those of `information`; a file that is gone, or that another
    /// sandbox wrote since, is left. No two runs have the same keys, so that no two write the same bytes.
    ///
    /// - Throws: A ``ReadyFileError`` of the call `remove`, if the file cannot be removed.
    public static func remove(_ url: URL, ifHolding information: ReadyInformation) throws(ReadyFileError) {
        guard FileManager.default.contents(atPath: url.path) == encode(information) else { return }
        try remove(url)
    }

    private static func encode(_ information: ReadyInformation) -> Data? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(information)).map { $0 + Data("\n".utf8) }
    }

    private struct Failure: Error {
        let call: String
        let number: Int32
    }

    private static func create(_ path: String, holding bytes: Data) throws(Failure) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        try check(descriptor, "open")
        defer { close(descriptor) }
        // Set again, because a umask may have removed bits.
        try check(fchmod(descriptor, 0o600), "fchmod")
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            try check(Int32(clamping: count), "write")
            rest = rest.dropFirst(count)
        }
        try check(fsync(descriptor), "fsync")
    }

    private static func check(_ result: Int32, _ call: String) throws(Failure) {
        guard result < 0 else { return }
        throw Failure(call: call, number: errno)
    }
}
