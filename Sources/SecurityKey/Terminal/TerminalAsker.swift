// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads answers at a terminal, on its own thread. Cancelling the task ends a question.
actor TerminalAsker {
    private let thread = BlockingThread(name: "terminal")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    deinit { thread.end() }

    /// Reads a line without echo; `nil` if it cannot be a PIN. Leaves no copy of it.
    ///
    /// - Throws: `noTerminal`, `cancelled`.
    func readPIN(_ question: String, at path: String) throws(SecurityKeyError) -> SecurityKeyPIN? {
        let terminal = try Terminal(path)
        let echoOff = try EchoOff(of: terminal)
        // Text typed before the question appeared was dropped.
        terminal.write(question)
        var line = HiddenLine(keys: echoOff.keys)
        while line.end == nil { line.take(try terminal.readByte()) }
        terminal.write("\n")
        guard line.end == .entered else { throw .cancelled }
        return line.makePIN()
    }

    /// Reads a line as the terminal edits and echoes it, without surrounding white space.
    ///
    /// - Throws: `noTerminal`, `cancelled`.
    func readLine(_ question: String, at path: String) throws(SecurityKeyError) -> String {
        let terminal = try Terminal(path)
        terminal.write(question)
        var bytes: [UInt8] = []
        while case let byte = try terminal.readByte(), byte != UInt8(ascii: "\n") {
            if bytes.count < Self.lineLimitBytes { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }

    private static let lineLimitBytes = 256
}
