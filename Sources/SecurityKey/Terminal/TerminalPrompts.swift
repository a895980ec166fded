// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Printing

/// Asks at the process's terminal, wherever standard input and output go.
///
/// The PIN is read without echo. Ctrl-C, Ctrl-D and Ctrl-\ throw `cancelled`, after the echo is back on.
public struct TerminalPrompts: SecurityKeyPrompts {
    private let path: String
    private let announce: @Sendable (String) -> Void

    /// Creates prompts. `announce` gets each line of `show`, without a newline; if absent, lines go to standard error.
    public init(announce: (@Sendable (String) -> Void)? = nil) {
        self.init(path: "/dev/tty", announce: announce)
    }

    /// Creates prompts at the terminal `path`.
    package init(path: String, announce: (@Sendable (String) -> Void)?) {
        self.path = path
        self.announce = announce ?? { try? FileHandle.standardError.write(contentsOf: Data("\($0)\n".utf8)) }
    }

    /// Asks for a PIN, read without echo.
    ///
    /// - Throws: `noTerminal`, and `cancelled` if the person or the task ends the question.
    public func pin(of key: SecurityKeyName, retriesLeft: Int?) async throws(SecurityKeyError) -> SecurityKeyPIN {
        var question = "PIN of \(key)"
        if let retriesLeft, retriesLeft <= 3 { question += ", \(Self.tries(retriesLeft)) left" }
        let asker = TerminalAsker()
        while true {
            if let pin = try await asker.readPIN("\(question): ", at: path) { return pin }
            announce(
                "a PIN has \(SecurityKeyPIN.lengthBytes.lowerBound) to \(SecurityKeyPIN.lengthBytes.upperBound) bytes"
            )
        }
    }

    /// Asks for one of the accounts, by its number.
    ///
    /// - Throws: `noTerminal`, and `cancelled` if the person or the task ends the question.
    public func account(
        among accounts: [SecurityKeyAccount],
        rpId: String
    ) async throws(SecurityKeyError) -> SecurityKeyAccount {
        let lines = accounts.enumerated().map { "  \($0.offset + 1)  \($0.element)\n" }.joined()
        let question = "accounts of \(PromptText(rpId)) on this key:\n\(lines)which one (1 to \(accounts.count)): "
        let asker = TerminalAsker()
        while true {
            let answer = try await asker.readLine(question, at: path)
            if let number = Int(spelled: answer), accounts.indices.contains(number - 1) { return accounts[number - 1] }
            announce("not a number from 1 to \(accounts.count): \(PromptText(answer))")
        }
    }

    /// Announces the notice in words.
    public func show(_ notice: SecurityKeyNotice) async {
        announce(Self.text(of: notice))
    }

    static func tries(_ count: Int) -> String { count == 1 ? "1 try" : "\(count) tries" }
}
