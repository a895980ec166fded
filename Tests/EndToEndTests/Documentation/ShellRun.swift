// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Blocks of commands, run one after the other in one shell, as a reader would paste them.
struct ShellRun {
    let exitCode: Int32
    /// What each block printed, standard output and standard error together, without the last line's end.
    let outputs: [String]

    /// Long for a page, short for a test that hangs.
    private static let usualLimitSeconds = 120
    /// Stands between the outputs of two blocks: ASCII's record separator.
    private static let separator = "\u{1e}"

    /// Runs under `bash -eu` in a new directory, with this build's executables first in PATH. All that it started is
    /// ended, and the directory is removed. Login pages that it opens are approved in `browser`.
    init(
        _ blocks: [String],
        within limitSeconds: Int = usualLimitSeconds,
        approvingIn browser: Browser? = nil
    ) async throws {
        let directory = URL(filePath: "/tmp/stampd-page.\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(at: directory) }
        let script = directory.appending(path: "page.sh")
        let output = directory.appending(path: "output")
        try Data(Self.script(of: blocks).utf8).write(to: script)
        try Data().write(to: output)
        let pages = try OpenedPages(in: directory)
        let process = Self.makeProcess(
            script,
            writingTo: try FileHandle(forWritingTo: output),
            in: directory,
            pages,
            limitSeconds
        )
        try process.run()
        while process.isRunning {
            if let browser, let address = pages.next() { try await browser.approve(at: address) }
            try await Task.sleep(for: .milliseconds(20))
        }
        exitCode = process.terminationStatus
        outputs = try String(contentsOf: output, encoding: .utf8).components(separatedBy: Self.separator).map {
            $0.trimmingCharacters(in: .newlines)
        }
    }

    /// A page's ```sh blocks.
    init(_ page: MarkdownPage, approvingIn browser: Browser? = nil) async throws {
        try await self.init(page.blocks(of: "sh").map { $0.lines.joined(separator: "\n") }, approvingIn: browser)
    }

    private static func script(of blocks: [String]) -> String {
        "trap 'kill $(jobs -p) 2>/dev/null || :; wait' EXIT\n"
            + blocks.joined(separator: "\nprintf '\\036'\n") + "\n"
    }

    /// timeout(1) makes a process group of its own, and ends all of it.
    private static func makeProcess(
        _ script: URL,
        writingTo output: FileHandle,
        in directory: URL,
        _ pages: OpenedPages,
        _ limitSeconds: Int
    ) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["--kill-after=5", "\(limitSeconds)", "bash", "-eu", script.path]
        process.currentDirectoryURL = directory
        let executables = URL(filePath: FrameProcess.executable).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = [
            "PATH": "\(pages.programs):\(executables):\(path)", "XDG_RUNTIME_DIR": pages.runtimeDirectory,
            "HOME": directory.path, "TMPDIR": directory.path, "LANG": "C.UTF-8",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        return process
    }
}
