// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// One of several accounts that a key holds for a relying party.
public struct SecurityKeyAccount: Sendable, Hashable, CustomStringConvertible {
    /// The credential's id.
    public let credentialId: Data
    /// WebAuthn's `user.id`: for Turnkey the UTF-8 of the user's identifier.
    public let userId: Data
    /// The account's name, present only if the user was verified.
    public let userName: String?
    /// The account's name for display.
    public let displayName: String?

    /// Creates an account.
    package init(credentialId: Data, userId: Data, userName: String?, displayName: String?) {
        self.credentialId = credentialId
        self.userId = userId
        self.userName = userName
        self.displayName = displayName
    }

    /// The account's name on one line, with unprintable characters escaped.
    public var description: String {
        let id =
            String(validating: userId, as: UTF8.self)
            ?? userId.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return [userName ?? displayName, id].compactMap { $0 }.map { "\(PromptText($0))" }.joined(separator: ", ")
    }
}
