// SPDX-License-Identifier: Apache-2.0

/// What a test needs to use a sandbox that listens. The ready file holds it as JSON.
///
/// It includes the root user's private key, which is for tests; `description` leaves it out.
public struct ReadyInformation: Sendable, Hashable, Codable {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    public let baseUrl: String
    /// The id of the fixture's first organization.
    public let organizationId: String
    /// The organization's name.
    public let organizationName: String
    /// The root user's id.
    public let userId: String
    /// The root user's name.
    public let username: String
    /// The root user's long-lived API key: compressed, 66 hex digits.
    public let apiPublicKey: String
    /// The scalar of that key: 64 hex digits.
    public let apiPrivateKey: String
    /// The first relying party's id.
    public let rpId: String
    /// The first origin that is accepted of pages of `rpId`, without a slash at its end. Where no origin was configured for
    /// `localhost`, it is `http://localhost`, and a page may have any port.
    public let origin: String
    /// The key that verifies session tokens: uncompressed, 130 hex digits.
    public let notarizerPublicKey: String
}

extension ReadyInformation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A description without the private key.
    public var description: String {
        "sandbox of organization \(organizationId) at \(baseUrl), root API key \(apiPublicKey)"
    }

    /// A description without the private key.
    public var debugDescription: String { description }

    /// A mirror without children, so that dumping the value does not show the private key.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
