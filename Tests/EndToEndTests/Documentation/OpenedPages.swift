// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a script's `xdg-open` was given: files that lead to login pages, in the order of their opening.
final class OpenedPages {
    /// To be first in PATH.
    let programs: String
    /// For XDG_RUNTIME_DIR: nobody else's.
    let runtimeDirectory: String
    private let opened: String
    private var count = 0

    /// Puts an `xdg-open` there that keeps a copy of each file: its own is gone with its page.
    init(in directory: URL) throws {
        programs = directory.appending(path: "bin").path
        runtimeDirectory = directory.appending(path: "runtime").path
        opened = directory.appending(path: "opened").path
        for path in [programs, runtimeDirectory, opened] {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        }
        let script = """
            #!/bin/sh
            cd '\(opened)'
            cp "$1" new
            mv new "$(ls | grep -c '^[0-9]').html"

            """
        let program = "\(programs)/xdg-open"
        try Data(script.utf8).write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
    }

    /// The address of the next one, where there is one.
    func next() -> String? {
        let path = "\(opened)/\(count).html"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        count += 1
        return "file://\(path)"
    }
}
