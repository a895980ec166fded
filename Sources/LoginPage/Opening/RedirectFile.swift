// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A file of mode 0600 that redirects a browser to an address, so that the address is not an argument.
struct RedirectFile: Sendable {
    let path: String

    /// Writes the file; `nil` if `directory` is not private to this user (XDG Base Directory Specification), or cannot
    /// be written.
    init?(to address: String, in directory: String) {
        guard directory.hasPrefix("/"), Self.isPrivate(directory) else { return nil }
        Self.removeLeftovers(in: directory)
        path = "\(directory)/\(Self.prefix)\(UUID().uuidString.lowercased()).html"
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do { try file.write(contentsOf: Data(Self.makeHTML(address).utf8)) } catch {
            remove()
            return nil
        }
    }

    func remove() { unsafe unlink(path) }

    private static let prefix = "stampd-login-"
    /// The age of files that are removed: longer than any page waits for its user.
    private static let leftoverAge: TimeInterval = 3600

    /// Removes the files of processes that were killed while a page waited.
    private static func removeLeftovers(in directory: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(".html") {
            var status = stat()
            let path = "\(directory)/\(name)"
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let age = Date().timeIntervalSince1970 - TimeInterval(status.st_mtim.tv_sec)
            if age > leftoverAge { unsafe unlink(path) }
        }
    }

    private static func isPrivate(_ directory: String) -> Bool {
        var status = stat()
        return unsafe lstat(directory, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
    }

    private static func makeHTML(_ address: String) -> String {
        let escaped = address.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
            <meta http-equiv="refresh" content="0; url=\(escaped)"><title>Opening the login page</title></head>
            <body><a href="\(escaped)">Open the login page</a></body></html>

            """
    }
}
