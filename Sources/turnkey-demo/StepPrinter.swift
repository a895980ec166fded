// SPDX-License-Identifier: Apache-2.0
import Foundation
import Printing

/// Prints the demo's steps as they happen; in bold on a terminal only.
enum StepPrinter {
    private static let isColoured = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    static func step(_ text: String) { title("→ \(text)") }

    static func title(_ text: String) { write(isColoured ? "\n\u{1B}[1m\(text)\u{1B}[0m\n" : "\n\(text)\n") }

    static func say(_ text: String) { write("  \(PrintableText(text))\n") }

    static func fail(_ text: String, code: Int32 = 1) -> Never {
        try? FileHandle.standardError.write(contentsOf: Data("turnkey-demo: \(PrintableText(text))\n".utf8))
        exit(code)
    }

    /// Prints without a buffer, so that a step is shown before the next begins, also in a pipe.
    ///
    /// If the reader has gone, the rest is not printed, but the demo still ends what it began.
    private static func write(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
}
