// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A member of an organization, with what they sign in with.
public struct User: Sendable, Hashable, Decodable {
    public let userId: String
    public let userName: String
    public let userEmail: String?
    public let userPhoneNumber: String?
    public let apiKeys: [APIKey]
    public let authenticators: [Authenticator]
    public let createdAt: Date

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
