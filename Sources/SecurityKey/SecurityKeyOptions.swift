// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Settings of a security key's approvals.
public struct SecurityKeyOptions: Sendable, Hashable {
    /// Whether the key must verify its user, by PIN or by its own sensor.
    public enum UserVerification: Sendable, Hashable {
        /// It verifies if it can; a key without a PIN and without a sensor only needs a touch.
        case preferred
        /// It must; a key that cannot is refused with `pinNotSet`.
        case required
    }

    /// The ids of credentials that may sign. If empty, any that the key stores for the relying party.
    public var allowedCredentialIds: [Data]
    /// The ids of the account's existing credentials. A key that holds one of them makes no second one.
    public var excludedCredentialIds: [Data]
    /// Whether the key must verify its user.
    public var userVerification: UserVerification
    /// How long one approval may take as a whole, including typing the PIN.
    public var timeout: Duration

    /// Creates settings.
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
