// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Glibc

/// Why the ready file could not be written; nothing of it is left.
public struct ReadyFileError: Error, Hashable {
    public let path: String
    /// What was tried: `open`, `write`, `fsync` or `rename`.
    public let call: String
    /// The system's error number.
    public let errorNumber: Int32

    public var message: String {
        "cannot write the ready file \(path): \(call): \(unsafe String(cString: strerror(errorNumber)))"
    }
}

/// The file by which a sandbox says that it listens.
public enum ReadyFile {
    /// Writes `information` as one JSON object, mode 0600, so that a reader finds all of it or no file.
    ///
    /// It is written beside its place under another name, flushed, and renamed (rename(2)). What stood there before is
    /// replaced.
    public static func write(_ information: ReadyInformation, to url: URL) throws(ReadyFileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(information) else { return }
        let staging = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(UUID().text)").path
        do {
            try create(staging, holding: json + Data("\n".utf8))
            try check(unsafe rename(staging, url.path), "rename")
        } catch {
            unsafe unlink(staging)
            throw ReadyFileError(path: url.path, call: error.call, errorNumber: error.number)
        }
    }

    private struct Failure: Error {
        let call: String
        let number: Int32
    }

    private static func create(_ path: String, holding bytes: Data) throws(Failure) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        try check(descriptor, "open")
        defer { close(descriptor) }
        // The mode again: a umask may have taken from it.
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
