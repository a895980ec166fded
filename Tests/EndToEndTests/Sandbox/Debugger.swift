// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Makes a running frame call a function of its libc, as code that got in would; root's gdb can.
struct Debugger {
    let frame: FrameProcess

    /// Runs `body` with one; where there is none, says so and runs nothing.
    static func with(_ frame: FrameProcess, _ body: (Debugger) throws -> Void) throws {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/gdb") else {
            return print("skipped: gdb and root are needed to call something inside a frame")
        }
        try body(Debugger(frame: frame))
    }

    /// What came of a call: its result, and errno where that is −1.
    enum Outcome: Equatable {
        case returned(Int)
        case failed(CInt)
        /// The process is no more.
        case ended
    }

    /// - Parameter calls: In C, each of type long.
    /// - Returns: What came of each.
    /// - Throws: Where the debugger could not be started or understood.
    func call(_ calls: [String]) throws -> [Outcome] {
        var arguments = ["gdb", "-nx", "-batch", "-p", "\(frame.pid)"]
        for call in calls {
            arguments += ["-ex", "set $result = (long)\(call)", "-ex", #"printf "result %ld\n", $result"#]
            arguments += ["-ex", #"printf "errno %d\n", *(int *)((void *(*)(void))__errno_location)()"#]
        }
        let gdb = try ChildProcess(arguments)
        defer { gdb.end() }
        _ = try gdb.wait(within: 60)
        try gdb.output.waitForEnd()
        let text = gdb.output.text
        let results = Self.numbers(after: "result ", in: text)
        let codes = Self.numbers(after: "errno ", in: text)
        try #require(results.count == codes.count || text.contains("SIGSYS"), "\(text)\n\(gdb.errors.text)")
        let outcomes = zip(results, codes).map { $0 == -1 ? Outcome.failed(CInt($1)) : .returned($0) }
        return outcomes + Array(repeating: .ended, count: max(0, calls.count - outcomes.count))
    }

    private static func numbers(after prefix: String, in text: String) -> [Int] {
        text.split(separator: "\n").compactMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count)) : nil }
    }
}
