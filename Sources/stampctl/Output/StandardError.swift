// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Printing
import Synchronization

/// Where everything goes that is not a result.
enum StandardError {
    /// Returns to the line's beginning and erases the line (ECMA-48, CR and EL).
    private static let eraseLine = "\r\u{1B}[K"
    /// What stands in the terminal's last line while something is waited for.
    private static let notice = Mutex<String?>(nil)

    /// More than any message of ours takes; what the API says may be of any length.
    private static let maximumLength = 4_096

    static func report(_ message: String, hint: String?) {
        write(after: paint("stampctl:", code: 31) + " ", message)
        if let hint { write(after: paint("hint:", code: 36) + " ", hint) }
    }

    /// One line: text in it that came from elsewhere can neither begin another nor command the terminal.
    static func write(_ line: String) { write(after: "", line) }

    /// Lines for people, painted where that is wanted.
    static func write(painted lines: [PaintedLine]) {
        let isPainted = Screen.isPainted(STDERR_FILENO)
        for line in lines { put(line.text(isPainted: isPainted) + "\n") }
    }

    private static func write(after lead: String, _ text: String) {
        let line = "\(lead)\(PrintableText(text, maximumLength: maximumLength))"
        notice.withLock { notice in
            put(notice.map { "\(eraseLine)\(line)\n\($0)" } ?? line + "\n")
        }
    }

    /// A question, whose answer is typed behind it.
    static func prompt(_ question: String) { put("\(PrintableText(question, maximumLength: maximumLength))") }

    /// Shows `text` for as long as `work` takes, on a terminal; nothing of it is left there, and nothing goes elsewhere.
    static func showing<Result>(
        _ text: String?,
        _ work: () async throws -> Result
    ) async rethrows -> Result {
        guard let text, canErase else { return try await work() }
        notice.withLock { notice in
            notice = text
            put(text)
        }
        defer {
            notice.withLock { notice in
                notice = nil
                put(eraseLine)
            }
        }
        return try await work()
    }

    private static func put(_ text: String) {
        // Where that fails, there is nowhere left to report to.
        try? SharedDescriptor.standardError.write(Data(text.utf8))
    }

    private static var canErase: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    private static func paint(_ word: String, code: Int) -> String {
        Screen.isPainted(STDERR_FILENO) ? "\u{1B}[\(code)m\(word)\u{1B}[0m" : word
    }
}
