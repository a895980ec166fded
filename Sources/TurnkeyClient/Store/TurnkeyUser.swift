// SPDX-License-Identifier: Apache-2.0

/// Who logged in last.
public struct TurnkeyUser: Codable, Sendable, Hashable {
    /// Where a user is at home: a sub-organization, for most.
    public struct Organization: Codable, Sendable, Hashable {
        public let organizationId: String
        public let organizationName: String

        public init(organizationId: String, organizationName: String) {
            self.organizationId = organizationId
            self.organizationName = organizationName
        }
    }

    public let userId: String
    public let username: String
    public let organization: Organization

    public init(userId: String, username: String, organization: Organization) {
        self.userId = userId
        self.username = username
        self.organization = organization
    }

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
