// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A public key that the user stamps with.
    public struct APIKey: Sendable, Hashable, Codable {
        /// The key's id; a new one if absent.
        public var apiKeyId: UUID?
        /// The key's name.
        public var apiKeyName: String
        /// P-256, compressed: 66 hex digits.
        public var publicKey: String
        /// The key's life in seconds, counted from the sandbox's start: a whole number above 0, in decimal digits, as the API has
        /// it. A key without it does not expire.
        public var expirationSeconds: String?

        /// Creates a key.
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

    /// A passkey that the user registered before the sandbox started.
    public struct Authenticator: Sendable, Hashable, Codable {
        /// The passkey's id; a new one if absent.
        public var authenticatorId: UUID?
        /// The passkey's name.
        public var authenticatorName: String
        /// The credential's id in base64url.
        public var credentialId: String
        /// The passkey's public key: a COSE_Key for ES256 on P-256 (RFC 9053 §7.1), as CBOR in base64url.
        public var publicKey: String
        /// The signature counter of the passkey's last assertion; `nil` stands for 0.
        public var counter: UInt32?
        /// `AUTHENTICATOR_TRANSPORT_INTERNAL` and the like; none if absent.
        public var transports: [String]?
        /// The relying party for which it was registered; the sandbox's first if absent.
        public var rpId: String?

        /// Creates a passkey.
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
