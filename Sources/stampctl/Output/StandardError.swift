// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Printing
import Synchronization

/// Writes everything that is not a result to standard error.
enum StandardError {
    /// Returns to the line's beginning and erases the line (ECMA-48, CR and EL).
    private static let eraseLine = "\r\u{1B}[K"
    /// The terminal's last line while something is waited for.
    private static let notice = Mutex<String?>(nil)

    /// The longest message, since the API's text may have any length.
    private static let maximumLength = 4_096

    static func report(_ message: String, hint: String?) {
        write(after: style("stampctl:", code: 31) + " ", message)
        if let hint { write(after: style("hint:", code: 36) + " ", hint) }
    }

    /// Writes one line. Text from outside in it can neither begin another line nor command the terminal.
    static func write(_ line: String) { write(after: "", line) }

    /// Writes lines for people, in colour if that is wanted.
    static func write(styled lines: [StyledLine]) {
        let isStyled = Screen.isStyled(STDERR_FILENO)
        for line in lines { put(line.text(isStyled: isStyled) + "\n") }
    }

    private static func write(after lead: String, _ text: String) {
        let line = "\(lead)\(PrintableText(text, maximumLength: maximumLength))"
        notice.withLock { notice in
            put(notice.map { "\(eraseLine)\(line)\n\($0)" } ?? line + "\n")
        }
    }

    /// Writes a question, behind which the answer is typed.
    static func prompt(_ question: String) { put("\(PrintableText(question, maximumLength: maximumLength))") }

    /// Shows `text` on a terminal while `work` runs, and erases it afterwards. Without a terminal nothing is written.
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

    /// Puts `text` in the place of the notice that stands in the terminal's last line; `nil` takes it away.
    static func notice(_ text: String?) {
        guard canErase else { return }
        notice.withLock { notice in
            guard notice != nil || text != nil else { return }
            notice = text.map { "\(PrintableText($0, maximumLength: maximumLength))" }
            put(eraseLine + (notice ?? ""))
        }
    }

    private static func put(_ text: String) {
        // If this fails, there is nowhere left to report it.
        try? SharedDescriptor.standardError.write(Data(text.utf8))
    }

    private static var canErase: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    private static func style(_ word: String, code: Int) -> String {
        Screen.isStyled(STDERR_FILENO) ? "\u{1B}[\(code)m\(word)\u{1B}[0m" : word
    }
}
