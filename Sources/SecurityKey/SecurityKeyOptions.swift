// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a security key is asked for besides the approval itself.
public struct SecurityKeyOptions: Sendable, Hashable {
    /// Whether the key makes sure who its user is, by PIN or by what it was built with.
    public enum UserVerification: Sendable, Hashable {
        /// By whatever the key has; a key without a PIN and without a sensor is content with a touch.
        case preferred
        /// A key that cannot is refused with `pinNotSet`.
        case required
    }

    /// The credentials that may sign. Empty: any that the key lists for the relying party.
    public var allowedCredentialIds: [Data]
    /// Credentials that the account has: a key that holds one of them makes no second.
    public var excludedCredentialIds: [Data]
    public var userVerification: UserVerification
    /// For one approval as a whole, the typing of the PIN included.
    public var timeout: Duration

    public init(
        allowedCredentialIds: [Data] = [],
        excludedCredentialIds: [Data] = [],
        userVerification: UserVerification = .preferred,
        timeout: Duration = .seconds(60)
    ) {
        self.allowedCredentialIds = allowedCredentialIds
        self.excludedCredentialIds = excludedCredentialIds
        self.userVerification = userVerification
        self.timeout = timeout
    }
}
