// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// Asks at the process's terminal, whatever standard input and output are.
///
/// The PIN is read without echo. Ctrl-C, Ctrl-D and Ctrl-\ there mean no, and the echo is put back first: `cancelled`.
public struct TerminalPrompts: SecurityKeyPrompts {
    private let path: String
    private let announce: @Sendable (String) -> Void

    /// `announce` gets what `show` says, a line without its end at a time. Without it: standard error.
    public init(announce: (@Sendable (String) -> Void)? = nil) {
        self.init(path: "/dev/tty", announce: announce)
    }

    package init(path: String, announce: (@Sendable (String) -> Void)?) {
        self.path = path
        self.announce = announce ?? { try? FileHandle.standardError.write(contentsOf: Data("\($0)\n".utf8)) }
    }

    /// - Throws: `noTerminal`, and `cancelled` where the person or the task says so.
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

    /// - Throws: `noTerminal`, and `cancelled` where the person or the task says so.
    public func account(
        among accounts: [SecurityKeyAccount],
        rpId: String
    ) async throws(SecurityKeyError) -> SecurityKeyAccount {
        let lines = accounts.enumerated().map { "  \($0.offset + 1)  \($0.element)\n" }.joined()
        let question = "accounts of \(PromptText(rpId)) on this key:\n\(lines)which one (1 to \(accounts.count)): "
        let asker = TerminalAsker()
        while true {
            let answer = try await asker.readLine(question, at: path)
            if let number = Int(answer), accounts.indices.contains(number - 1) { return accounts[number - 1] }
            announce("not a number from 1 to \(accounts.count): \(PromptText(answer))")
        }
    }

    public func show(_ notice: SecurityKeyNotice) async {
        announce(Self.text(of: notice))
    }

    static func tries(_ count: Int) -> String { count == 1 ? "1 try" : "\(count) tries" }
}
