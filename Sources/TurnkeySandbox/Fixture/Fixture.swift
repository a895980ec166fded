// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The contents of a sandbox when it starts: organizations, their users, and the users' public credentials.
///
/// In a file it is one JSON object with the members below, in any order; a member that is not described here is an
/// error. The ready information names the first organization and its first user, the root user, who gets an API key
/// made by the sandbox besides the ones here.
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
    /// The organizations, at least one.
    public var organizations: [Organization]

    /// Creates a fixture.
    public init(organizations: [Organization]) {
        self.organizations = organizations
    }

    /// An organization. It sees no others but those below it.
    public struct Organization: Sendable, Hashable, Codable {
        /// The organization's id; a new one if absent.
        public var organizationId: UUID?
        /// The organization's name.
        public var organizationName: String
        /// The users. The first organization has at least one, the root user.
        public var users: [User]
        /// The policies, which do not apply to root users.
        public var policies: [Policy]?
        /// Bounds that sessions of this organization and of those below it can have.
        public var sessionProfiles: [SessionProfile]?
        /// The organization's wallets.
        public var wallets: [Wallet]?
        /// How many root users must agree; 1 if absent.
        public var rootQuorumThreshold: Int?
        /// The sub-organizations; a sub-organization has none.
        public var subOrganizations: [Organization]?

        /// Creates an organization.
        public init(
            organizationId: UUID? = nil,
            organizationName: String,
            users: [User],
            policies: [Policy]? = nil,
            sessionProfiles: [SessionProfile]? = nil,
            wallets: [Wallet]? = nil,
            rootQuorumThreshold: Int? = nil,
            subOrganizations: [Organization]? = nil
        ) {
            self.organizationId = organizationId
            self.organizationName = organizationName
            self.users = users
            self.policies = policies
            self.sessionProfiles = sessionProfiles
            self.wallets = wallets
            self.rootQuorumThreshold = rootQuorumThreshold
            self.subOrganizations = subOrganizations
        }
    }

    /// A user, with the credentials that they stamp with.
    public struct User: Sendable, Hashable, Codable {
        /// The user's id; a new one if absent.
        public var userId: UUID?
        /// The user's name.
        public var userName: String
        /// The user's e-mail address.
        public var userEmail: String?
        /// The user's phone number.
        public var userPhoneNumber: String?
        /// Whether the user is a root user, to whom policies do not apply; false if absent.
        public var isRootUser: Bool?
        /// The user's keys: at most ten long-lived and ten expiring ones; for the root user at most nine long-lived
        /// ones.
        public var apiKeys: [APIKey]?
        /// The user's passkeys, at most ten.
        public var authenticators: [Authenticator]?

        /// Creates a user.
        public init(
            userId: UUID? = nil,
            userName: String,
            userEmail: String? = nil,
            userPhoneNumber: String? = nil,
            isRootUser: Bool? = nil,
            apiKeys: [APIKey]? = nil,
            authenticators: [Authenticator]? = nil
        ) {
            self.userId = userId
            self.userName = userName
            self.userEmail = userEmail
            self.userPhoneNumber = userPhoneNumber
            self.isRootUser = isRootUser
            self.apiKeys = apiKeys
            self.authenticators = authenticators
        }
    }
}

extension Fixture {
    /// The default fixture: one organization with one user.
    public static let standard = Fixture(organizations: [
        Organization(organizationName: "Sandbox Organization", users: [User(userName: "Root user")])
    ])
}
