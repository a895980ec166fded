// SPDX-License-Identifier: Apache-2.0

/// A user to create, with their credentials.
public struct NewUser: Sendable, Hashable {
    /// The user's name.
    public var userName: String
    /// The user's e-mail address.
    public var userEmail: String?
    /// The user's phone number.
    public var userPhoneNumber: String?
    /// The user's API keys.
    public var apiKeys: [NewAPIKey]
    /// The user's passkeys.
    public var authenticators: [NewAuthenticator]

    /// Describes a user to create.
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
    /// The user as the API takes it: lists are present even when empty, and a root user has no tags.
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
