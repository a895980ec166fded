// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Where everything goes that is not a result.
enum StandardError {
    static func report(_ message: String, hint: String?) {
        write(paint("stampctl:", code: 31) + " " + message)
        if let hint { write(paint("hint:", code: 36) + " " + hint) }
    }

    static func write(_ line: String) {
        // There is nowhere left to report to.
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Colours only on a terminal, and never with NO_COLOR (no-color.org).
    private static func paint(_ word: String, code: Int) -> String {
        let isUnwanted = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return isatty(STDERR_FILENO) == 1 && !isUnwanted ? "\u{1B}[\(code)m\(word)\u{1B}[0m" : word
    }
}
