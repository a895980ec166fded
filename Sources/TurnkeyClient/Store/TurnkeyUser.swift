// SPDX-License-Identifier: Apache-2.0

/// The user who logged in last.
public struct TurnkeyUser: Codable, Sendable, Hashable {
    /// The user's organization, which for most is a sub-organization.
    public struct Organization: Codable, Sendable, Hashable {
        /// The organization's id.
        public let organizationId: String
        /// The organization's name.
        public let organizationName: String

        /// Creates an organization.
        public init(organizationId: String, organizationName: String) {
            self.organizationId = organizationId
            self.organizationName = organizationName
        }
    }

    /// The user's id.
    public let userId: String
    /// The user's name.
    public let username: String
    /// The organization that the user belongs to: for most users a sub-organization.
    public let organization: Organization

    /// Creates a user.
    public init(userId: String, username: String, organization: Organization) {
        self.userId = userId
        self.username = username
        self.organization = organization
    }

    /// Creates a user from the answer to whoami.
    public init(_ whoami: Whoami) {
        self.init(
            userId: whoami.userId,
            username: whoami.username,
            organization: Organization(
                organizationId: whoami.organizationId,
                organizationName: whoami.organizationName
            )
        )
    }
}
