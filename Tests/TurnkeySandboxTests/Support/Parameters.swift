// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey

@testable import TurnkeySandbox

/// The parameters that make a sub-organization.
func makeSubOrganizationParameters(
    _ name: String,
    _ rootUsers: [JSONObject],
    disableEmailAuth: Bool = false
) -> JSONObject {
    [
        "subOrganizationName": .string(name), "rootUsers": .array(rootUsers.map { .object($0) }),
        "rootQuorumThreshold": 1, "disableEmailAuth": .bool(disableEmailAuth),
    ]
}

/// A root user as `create_sub_organization` takes them, with an API key and a passkey where they are given.
func makeRootUser(
    _ name: String = "Ada",
    email: String? = nil,
    key: P256.Signing.PrivateKey? = nil,
    passkey: SoftwarePasskey? = nil
) throws -> JSONObject {
    var user: JSONObject = ["userName": .string(name), "apiKeys": [], "authenticators": [], "oauthProviders": []]
    user["userEmail"] = email.map { .string($0) }
    if let key { user["apiKeys"] = makeKeyParameters(key, for: UUID())["apiKeys"] }
    if let passkey {
        user["authenticators"] = try makeAuthenticatorParameters(try passkey.registration(), for: UUID())[
            "authenticators"
        ]
    }
    return user
}

/// A user as `create_users` takes them.
func makeUser(_ name: String = "Grace", key: P256.Signing.PrivateKey? = nil) throws -> JSONObject {
    try makeRootUser(name, key: key).merging(["userTags": []]) { _, new in new }
}

/// The parameters of `email_auth`.
func makeEmailAuthParameters(
    to email: String,
    target: P256.KeyAgreement.PrivateKey = P256.KeyAgreement.PrivateKey(),
    changing change: (inout JSONObject) -> Void = { _ in }
) -> JSONObject {
    var parameters: JSONObject = [
        "email": .string(email), "targetPublicKey": .string(Hex.encode(target.publicKey.x963Representation)),
        "emailCustomization": ["appName": "Acme"],
    ]
    change(&parameters)
    return parameters
}

/// A fixture with a root user, and a user who is none and has this key, under these rules.
func makeFixture(
    user key: P256.Signing.PrivateKey,
    id: UUID = UUID(),
    policies: [Fixture.Policy] = [],
    sessionProfiles: [Fixture.SessionProfile] = []
) -> Fixture {
    let apiKey = Fixture.APIKey(apiKeyName: "Their key", publicKey: key.hex)
    return Fixture(organizations: [
        Fixture.Organization(
            organizationName: "Acme",
            users: [
                Fixture.User(userName: "Root user"),
                Fixture.User(userId: id, userName: "Grace", isRootUser: false, apiKeys: [apiKey]),
            ],
            policies: policies,
            sessionProfiles: sessionProfiles
        )
    ])
}
