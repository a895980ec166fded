// SPDX-License-Identifier: Apache-2.0

/// Whose a new passkey is, as the API names them.
public struct PasskeyUser: Sendable, Hashable {
    /// UUID; its UTF-8 is WebAuthn's `user.id`.
    public var userId: String
    /// WebAuthn's `user.name`.
    public var userName: String

    public init(userId: String, userName: String) {
        self.userId = userId
        self.userName = userName
    }
}
