// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A new directory of mode 0700 under /tmp, whose path is short enough for a socket.
struct TemporaryDirectory {
    let path: String

    init(mode: mode_t = 0o700) throws {
        var template = Array("/tmp/stampd-test.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        chmod(path, mode)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Runs `body` with a new directory, and removes it.
    static func with(mode: mode_t = 0o700, _ body: (TemporaryDirectory) throws -> Void) throws {
        let directory = try TemporaryDirectory(mode: mode)
        defer { directory.remove() }
        try body(directory)
    }

    func path(of name: String) -> String { "\(path)/\(name)" }

    /// The names in it, sorted.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// lstat(2) of a path; nil where nothing is there.
func fileStatus(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
}
