// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a sandbox knows when it starts: organizations, their users, and the users' public credentials.
///
/// In a file it is one JSON object with the members below, in any order; a member that is not described here is an
/// error. The first organization is the one that the ready information names, and its first user is the root user, who
/// gets an API key of the sandbox's making besides the ones here.
///
/// ```json
/// {
///   "organizations": [
///     {
///       "organizationName": "Acme",
///       "users": [
///         {
///           "userName": "Root user",
///           "authenticators": [
///             {"authenticatorName": "Laptop", "credentialId": "cS0Rb4G…", "publicKey": "pQECAyYg…"}
///           ]
///         }
///       ]
///     }
///   ]
/// }
/// ```
public struct Fixture: Sendable, Hashable, Codable {
    /// At least one.
    public var organizations: [Organization]

    public init(organizations: [Organization]) {
        self.organizations = organizations
    }

    /// An organization, which knows nothing of the others.
    public struct Organization: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var organizationId: UUID?
        public var organizationName: String
        /// In the first organization at least one.
        public var users: [User]

        public init(organizationId: UUID? = nil, organizationName: String, users: [User]) {
            self.organizationId = organizationId
            self.organizationName = organizationName
            self.users = users
        }
    }

    /// A user and what they may stamp with.
    public struct User: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var userId: UUID?
        public var userName: String
        public var userEmail: String?
        public var userPhoneNumber: String?
        /// At most ten long-lived and ten expiring ones; the root user, at most nine long-lived ones.
        public var apiKeys: [APIKey]?
        /// At most ten.
        public var authenticators: [Authenticator]?

        public init(
            userId: UUID? = nil,
            userName: String,
            userEmail: String? = nil,
            userPhoneNumber: String? = nil,
            apiKeys: [APIKey]? = nil,
            authenticators: [Authenticator]? = nil
        ) {
            self.userId = userId
            self.userName = userName
            self.userEmail = userEmail
            self.userPhoneNumber = userPhoneNumber
            self.apiKeys = apiKeys
            self.authenticators = authenticators
        }
    }

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

extension Fixture {
    /// What a sandbox knows that was told nothing: one organization with one user.
    public static let standard = Fixture(organizations: [
        Organization(organizationName: "Sandbox Organization", users: [User(userName: "Root user")])
    ])
}
