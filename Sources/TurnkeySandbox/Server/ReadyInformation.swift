// SPDX-License-Identifier: Apache-2.0

/// What a test needs to know of a sandbox that listens. As JSON, it is what the ready file holds.
///
/// It holds the root user's private key: a key for tests, and yet not shown by `description`.
public struct ReadyInformation: Sendable, Hashable, Codable {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    public let baseUrl: String
    public let organizationId: String
    public let organizationName: String
    /// The root user.
    public let userId: String
    public let username: String
    /// The root user's long-lived API key: compressed, 66 hex digits.
    public let apiPublicKey: String
    /// Its scalar: 64 hex digits.
    public let apiPrivateKey: String
    /// The first relying party.
    public let rpId: String
    /// An origin of its pages; where that is `http://localhost` and no other was asked for, any port may follow.
    public let origin: String
    /// What session tokens are verified with: uncompressed, 130 hex digits.
    public let notarizerPublicKey: String
}

extension ReadyInformation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "sandbox of organization \(organizationId) at \(baseUrl), root API key \(apiPublicKey)"
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
