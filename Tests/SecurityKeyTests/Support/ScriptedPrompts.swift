// SPDX-License-Identifier: Apache-2.0
import Foundation
import SecurityKey
import Synchronization

/// Prompts whose person is a script.
final class ScriptedPrompts: SecurityKeyPrompts {
    private struct State {
        var pins: [String]
        var retriesAsked: [Int?] = []
        var notices: [SecurityKeyNotice] = []
        var accounts: [SecurityKeyAccount] = []
    }

    private let state: Mutex<State>
    private let choice: @Sendable ([SecurityKeyAccount]) -> SecurityKeyAccount?
    private let react: @Sendable (SecurityKeyNotice) -> Void

    /// `pins` are given one after the other, then the person gives up; `choice` picks an account; `react` is what the
    /// person does about a notice.
    init(
        pins: [String] = [],
        choice: @escaping @Sendable ([SecurityKeyAccount]) -> SecurityKeyAccount? = { _ in nil },
        react: @escaping @Sendable (SecurityKeyNotice) -> Void = { _ in }
    ) {
        state = Mutex(State(pins: pins))
        self.choice = choice
        self.react = react
    }

    var notices: [SecurityKeyNotice] { state.withLock(\.notices) }
    /// What was said about tries left, at each question for the PIN.
    var retriesAsked: [Int?] { state.withLock(\.retriesAsked) }
    /// What there was to choose from.
    var accounts: [SecurityKeyAccount] { state.withLock(\.accounts) }

    func pin(of key: SecurityKeyName, retriesLeft: Int?) async throws(SecurityKeyError) -> SecurityKeyPIN {
        let pin: String? = state.withLock { state in
            state.retriesAsked.append(retriesLeft)
            return state.pins.isEmpty ? nil : state.pins.removeFirst()
        }
        guard let pin, let bytes = SecurityKeyPIN(Array(pin.utf8).span.bytes) else { throw .cancelled }
        return bytes
    }

    func account(
        among accounts: [SecurityKeyAccount],
        rpId: String
    ) async throws(SecurityKeyError) -> SecurityKeyAccount {
        state.withLock { $0.accounts = accounts }
        guard let account = choice(accounts) else { throw .cancelled }
        return account
    }

    func show(_ notice: SecurityKeyNotice) async {
        state.withLock { $0.notices.append(notice) }
        react(notice)
    }
}
