// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs journalctl(1) as a child process, and reads its lines.
struct Journalctl {
    let arguments: [String]

    /// Runs journalctl to its end.
    ///
    /// - Parameter onLine: Gets each line, without its newline, as it comes.
    /// - Throws: `Failure` if journalctl is not installed or fails; its own messages go to standard error.
    func run(_ onLine: (Data) throws -> Void) throws {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["journalctl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        do { try process.run() } catch {
            throw Failure("cannot run journalctl: \(error.localizedDescription)", status: .unavailable)
        }
        do {
            try readLines(output.fileHandleForReading, onLine)
        } catch {
            process.terminate()
            throw error
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                "journalctl ended with \(process.terminationStatus)",
                hint: "reading the system's journal takes the group systemd-journal, or root",
                status: .unavailable
            )
        }
    }

    private func readLines(_ handle: FileHandle, _ onLine: (Data) throws -> Void) throws {
        var rest = Data()
        while true {
            let piece = handle.availableData
            guard !piece.isEmpty else { return }
            rest += piece
            while let end = rest.firstIndex(of: 0x0A) {
                try onLine(Data(rest[..<end]))
                rest = Data(rest[(end + 1)...])
            }
        }
    }
}
