// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A user to create, as a submission describes it, with the user's credentials.
struct NewUser {
    private let name: String
    private let email: String?
    private let phoneNumber: String?
    private let apiKeys: [NewAPIKey]
    private let authenticators: [NewAuthenticator]

    /// Reads the members that root users and others share. The lists must be there, even if empty.
    init(reading reader: inout FieldReader) throws(APIRefusal) {
        name = try reader.name("userName")
        email = try reader.optionalString("userEmail")
        phoneNumber = try reader.optionalString("userPhoneNumber")
        var apiKeys: [NewAPIKey] = []
        for var reader in try reader.readers("apiKeys") {
            apiKeys.append(try NewAPIKey(reading: &reader))
        }
        self.apiKeys = apiKeys
        var authenticators: [NewAuthenticator] = []
        for var reader in try reader.readers("authenticators") {
            authenticators.append(try NewAuthenticator(reading: &reader))
        }
        self.authenticators = authenticators
        try reader.emptyArray("oauthProviders")
    }

    /// Makes the user, and returns the user's id.
    func add(
        to organization: inout Organization,
        isRoot: Bool,
        for context: ActivityContext
    ) throws(APIRefusal) -> UUID {
        let user = User(
            id: UUID(),
            name: name,
            email: email,
            phoneNumber: phoneNumber,
            isRoot: isRoot,
            createdAt: context.now
        )
        try organization.add(user)
        for key in apiKeys {
            _ = try key.add(to: user.id, in: &organization, at: context.now)
        }
        for authenticator in authenticators {
            _ = try authenticator.add(to: user.id, in: &organization, for: context)
        }
        return user.id
    }
}
