// SPDX-License-Identifier: Apache-2.0

/// The user for whom a passkey is made, as the API names them.
public struct PasskeyUser: Sendable, Hashable {
    /// The user's id, a UUID; its UTF-8 is WebAuthn's `user.id`.
    public var userId: String
    /// WebAuthn's `user.name`.
    public var userName: String

    /// Creates a user.
    public init(userId: String, userName: String) {
        self.userId = userId
        self.userName = userName
    }
}
