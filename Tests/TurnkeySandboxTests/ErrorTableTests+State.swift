// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

private func register(_ desk: Desk, _ passkey: SoftwarePasskey) throws {
    _ = try desk.submit(
        .createAuthenticators,
        try makeAuthenticatorParameters(try passkey.registration(), for: desk.rootUserId)
    )
}

/// Requests that are right, and cannot be met.
let stateRefusals: [RefusalRow] = [
    RefusalRow("get_user for nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        _ = try desk.query(.getUser, ["userId": .string(UUID().text)])
    },
    RefusalRow("get_user for no UUID", 404, 5, "no user found with the given ID", "") { desk, _ in
        _ = try desk.query(.getUser, ["userId": "me"])
    },
    RefusalRow("get_user without a user", 400, 3, "invalid request body: missing field `userId`", "REQUEST_INVALID") {
        desk,
        _ in _ = try desk.query(.getUser)
    },
    RefusalRow("get_api_keys of nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        _ = try desk.query(.getAPIKeys, ["userId": .string(UUID().text)])
    },
    RefusalRow("get_api_key of an unknown one", 404, 5, "no api key found with the given ID", "") { desk, _ in
        _ = try desk.query(.getAPIKey, ["apiKeyId": .string(UUID().text)])
    },
    RefusalRow("get_activity of an unknown one", 404, 5, "no activity found with the given ID", "") { desk, _ in
        _ = try desk.query(.getActivity, ["activityId": .string(UUID().text)])
    },
    RefusalRow("a key for nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: UUID()))
    },
    RefusalRow("a session for nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        let target = Hex.encode(P256.KeyAgreement.PrivateKey().publicKey.x963Representation)
        _ = try desk.submit(
            .createReadWriteSession,
            ["targetPublicKey": .string(target), "userId": .string(UUID().text)]
        )
    },
    RefusalRow("an unknown key deleted", 404, 5, "no api key found with the given ID", "") { desk, _ in
        _ = try desk.submit(
            .deleteAPIKeys,
            ["userId": .string(desk.rootUserId.text), "apiKeyIds": [.string(UUID().text)]]
        )
    },
    RefusalRow(
        "a public key that is there",
        400,
        3,
        "public key already exists in organization publicKey=<KEY>",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in _ = try desk.submit(.createAPIKeys, makeKeyParameters(desk.rootKey, for: desk.rootUserId))
    },
    RefusalRow(
        "a passkey that is there",
        400,
        3,
        "credential ID already exists in organization credentialId=<CREDENTIAL>",
        "REQUEST_INVALID"
    ) {
        desk,
        passkey in try register(desk, passkey)
    },
    RefusalRow("the 101st user", 429, 8, "organization has exceeded maximum users", "") { desk, _ in
        let users = try (1...100).map { JSONValue.object(try makeUser("User \($0)")) }
        _ = try desk.submit(.createUsers, ["users": .array(users)])
    },
    RefusalRow("the eleventh long-lived key", 429, 8, "user has exceeded maximum long-lived api keys", "") {
        desk,
        _ in
        for _ in 0..<10 {
            _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        }
    },
    RefusalRow("the eleventh passkey", 429, 8, "user has exceeded maximum authenticators", "") { desk, _ in
        for _ in 0..<10 {
            try register(desk, SoftwarePasskey())
        }
    },
]
