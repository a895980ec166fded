// SPDX-License-Identifier: Apache-2.0
import Foundation

extension System {
    /// A `stampctl` that waits for somebody: for what is done at its page, and for what is typed.
    struct WaitingStampctl {
        let process: ChildProcess
        private let input: FileHandle

        /// Starts it. `isAtTerminal`: standard input, output and error are one terminal, whose text is the output.
        init(_ arguments: [String], _ stage: Stage, _ more: [String: String] = [:], isAtTerminal: Bool = false) throws {
            // Opened to read and write, a pipe with a name has no end as long as it is open.
            let pipe = "\(stage.frame.directory)/input-\(UUID().uuidString)"
            guard mkfifo(pipe, 0o600) == 0, let input = FileHandle(forUpdatingAtPath: pipe) else {
                throw POSIXError(.EIO)
            }
            self.input = input
            let command = [System.program("stampctl")] + arguments
            let quoted = command.map { "'\($0)'" }.joined(separator: " ")
            let shell = isAtTerminal ? #"exec script -qefc "exec $1" /dev/null <> "$0""# : #"eval "exec $1" <> "$0""#
            process = try ChildProcess(
                ["/bin/sh", "-c", shell, pipe, quoted],
                environment: stage.environment.merging(more) { $1 }
            )
        }

        /// Waits for the one line that is an address; at a terminal it stands where the notice of the waiting was.
        func takeURL() throws -> String {
            let address = /(?m)(?:^|\[K)(http\S+)\s/
            let collector = { process.errors.text.contains(address) ? process.errors : process.output }
            try System.wait(for: process, "an address") { collector().text.contains(address) }
            return collector().text.firstMatch(of: address).map { String($0.1) } ?? ""
        }

        /// Waits until this is said.
        func wait(for words: String) throws {
            try System.wait(for: process, words) {
                process.output.text.contains(words) || process.errors.text.contains(words)
            }
        }

        func type(_ line: String) throws { try input.write(contentsOf: Data("\(line)\n".utf8)) }

        /// Waits for its end, and answers what it said.
        func end() throws -> (ending: ChildProcess.Ending, output: String, errors: String) {
            let ending = try process.wait()
            try process.output.waitForEnd()
            try process.errors.waitForEnd()
            return (ending, process.output.text, process.errors.text)
        }
    }

    /// Asks until `holds`, or until the process has ended without.
    fileprivate static func wait(for process: ChildProcess, _ what: String, _ holds: () -> Bool) throws {
        try waitUntil("\(what); so far: \(process.output.text)\(process.errors.text)") {
            if holds() { return true }
            guard process.hasEnded, !holds() else { return false }
            throw WaitTimedOut(what: "\(what) of a process that ended: \(process.output.text)\(process.errors.text)")
        }
    }
}
