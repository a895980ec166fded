// SPDX-License-Identifier: Apache-2.0

/// A user who is to be made, with what they sign in with.
public struct NewUser: Sendable, Hashable {
    public var userName: String
    public var userEmail: String?
    public var userPhoneNumber: String?
    public var apiKeys: [NewAPIKey]
    public var authenticators: [NewAuthenticator]

    public init(
        userName: String,
        userEmail: String? = nil,
        userPhoneNumber: String? = nil,
        apiKeys: [NewAPIKey] = [],
        authenticators: [NewAuthenticator] = []
    ) {
        (self.userName, self.userEmail, self.userPhoneNumber) = (userName, userEmail, userPhoneNumber)
        (self.apiKeys, self.authenticators) = (apiKeys, authenticators)
    }
}

extension NewUser {
    /// As the API takes it: lists are there even when empty, and a root user has no tags.
    struct Wire: Encodable {
        let userName: String
        let userEmail: String?
        let userPhoneNumber: String?
        let apiKeys: [NewAPIKey]
        let authenticators: [NewAuthenticator]
        let oauthProviders: [String] = []
        let userTags: [String]?
    }

    func wire(isRoot: Bool) -> Wire {
        Wire(
            userName: userName,
            userEmail: userEmail,
            userPhoneNumber: userPhoneNumber,
            apiKeys: apiKeys,
            authenticators: authenticators,
            userTags: isRoot ? nil : []
        )
    }
}
