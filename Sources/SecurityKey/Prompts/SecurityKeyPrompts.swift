// SPDX-License-Identifier: Apache-2.0

/// What a person is asked and told while a security key is at work.
///
/// All three are left when the task is cancelled: an answer that comes later is not used.
public protocol SecurityKeyPrompts: Sendable {
    /// Asks for the PIN of `key`. `retriesLeft`: how many wrong ones it takes before it blocks itself, where it says so.
    func pin(of key: SecurityKeyName, retriesLeft: Int?) async throws(SecurityKeyError) -> SecurityKeyPIN

    /// Asks which of several accounts of `rpId` signs. Answers one of `accounts`.
    func account(
        among accounts: [SecurityKeyAccount],
        rpId: String
    ) async throws(SecurityKeyError) -> SecurityKeyAccount

    /// Tells what happens, or what the person should do at the key.
    func show(_ notice: SecurityKeyNotice) async
}
