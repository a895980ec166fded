// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A member of an organization, with their credentials.
public struct User: Sendable, Hashable, Decodable {
    /// The user's id.
    public let userId: String
    /// The user's name.
    public let userName: String
    /// The user's e-mail address.
    public let userEmail: String?
    /// The user's phone number.
    public let userPhoneNumber: String?
    /// The user's API keys.
    public let apiKeys: [APIKey]
    /// The user's passkeys.
    public let authenticators: [Authenticator]
    /// When the user was created.
    public let createdAt: Date

    /// Reads a user as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (userId, userName) = (members.userId, members.userName)
        (userEmail, userPhoneNumber) = (members.userEmail, members.userPhoneNumber)
        (apiKeys, authenticators) = (members.apiKeys, members.authenticators)
        createdAt = members.createdAt.date
    }

    private struct Members: Decodable {
        let userId: String
        let userName: String
        let userEmail: String?
        let userPhoneNumber: String?
        let apiKeys: [APIKey]
        let authenticators: [Authenticator]
        let createdAt: APITime
    }
}
