// SPDX-License-Identifier: Apache-2.0

/// Asks and tells a person what a security key needs.
///
/// If the task is cancelled, each of the three is abandoned, and a later answer is ignored.
public protocol SecurityKeyPrompts: Sendable {
    /// Asks for the PIN of `key`.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - retriesLeft: How many wrong PINs the key still accepts before it blocks itself; `nil` if it does not say.
    /// - Returns: The PIN.
    /// - Throws: `cancelled` if the person gives up, or another ``SecurityKeyError``; it ends the approval.
    func pin(of key: SecurityKeyName, retriesLeft: Int?) async throws(SecurityKeyError) -> SecurityKeyPIN

    /// Asks which of several accounts of `rpId` signs.
    ///
    /// - Returns: One of `accounts`.
    /// - Throws: `cancelled` if the person gives up, or another ``SecurityKeyError``; it ends the approval.
    func account(
        among accounts: [SecurityKeyAccount],
        rpId: String
    ) async throws(SecurityKeyError) -> SecurityKeyAccount

    /// Tells the person what happens, or what to do at the key.
    func show(_ notice: SecurityKeyNotice) async
}
