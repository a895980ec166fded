// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A public key that the user stamps with.
    public struct APIKey: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var apiKeyId: UUID?
        public var apiKeyName: String
        /// P-256, compressed: 66 hex digits.
        public var publicKey: String
        /// A positive decimal number as a string, counted from the sandbox's start; long-lived where absent.
        public var expirationSeconds: String?

        public init(
            apiKeyId: UUID? = nil,
            apiKeyName: String,
            publicKey: String,
            expirationSeconds: String? = nil
        ) {
            self.apiKeyId = apiKeyId
            self.apiKeyName = apiKeyName
            self.publicKey = publicKey
            self.expirationSeconds = expirationSeconds
        }
    }

    /// A passkey that was registered before.
    public struct Authenticator: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var authenticatorId: UUID?
        public var authenticatorName: String
        /// Base64url.
        public var credentialId: String
        /// An ES256 public key in COSE form (RFC 9053 §7.1), base64url.
        public var publicKey: String
        /// The counter of its last assertion; 0 where absent.
        public var counter: UInt32?
        /// `AUTHENTICATOR_TRANSPORT_INTERNAL` and the like; none where absent.
        public var transports: [String]?
        /// The relying party that it was registered for; the sandbox's first where absent.
        public var rpId: String?

        public init(
            authenticatorId: UUID? = nil,
            authenticatorName: String,
            credentialId: String,
            publicKey: String,
            counter: UInt32? = nil,
            transports: [String]? = nil,
            rpId: String? = nil
        ) {
            self.authenticatorId = authenticatorId
            self.authenticatorName = authenticatorName
            self.credentialId = credentialId
            self.publicKey = publicKey
            self.counter = counter
            self.transports = transports
            self.rpId = rpId
        }
    }
}
