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

    /// An organization, which knows nothing of the others but of those below it.
    public struct Organization: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var organizationId: UUID?
        public var organizationName: String
        /// In the first organization at least one, who is a root user.
        public var users: [User]
        /// Who may do what, root users apart.
        public var policies: [Policy]?
        /// Limits that sessions may be given, here and below.
        public var sessionProfiles: [SessionProfile]?
        public var wallets: [Wallet]?
        /// How many root users together may do anything; 1 where absent.
        public var rootQuorumThreshold: Int?
        /// In a sub-organization, none.
        public var subOrganizations: [Organization]?

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

    /// A user and what they may stamp with.
    public struct User: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var userId: UUID?
        public var userName: String
        public var userEmail: String?
        public var userPhoneNumber: String?
        /// Whether policies do not concern them; they do not, where absent.
        public var isRootUser: Bool?
        /// At most ten long-lived and ten expiring ones; the root user, at most nine long-lived ones.
        public var apiKeys: [APIKey]?
        /// At most ten.
        public var authenticators: [Authenticator]?

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
    /// What a sandbox knows that was told nothing: one organization with one user.
    public static let standard = Fixture(organizations: [
        Organization(organizationName: "Sandbox Organization", users: [User(userName: "Root user")])
    ])
}
