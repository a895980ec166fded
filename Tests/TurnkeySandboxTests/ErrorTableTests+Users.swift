// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

private func field(_ text: String) -> String { "invalid request body: \(text)" }

/// Makes a user whose description is changed.
private func create(_ desk: Desk, changing change: (inout JSONObject) -> Void) throws {
    var user = try makeUser()
    change(&user)
    _ = try desk.submit(.createUsers, ["users": [.object(user)]])
}

/// What is wrong about users and their passkeys.
let userRefusals: [RefusalRow] = [
    RefusalRow("no users", 400, 3, field("field `users` must not be empty"), "REQUEST_INVALID") { desk, _ in
        _ = try desk.submit(.createUsers, ["users": []])
    },
    RefusalRow("a user without a name", 400, 3, field("field `users[0].userName` must not be empty"), "REQUEST_INVALID")
    {
        desk,
        _ in try create(desk) { $0["userName"] = "" }
    },
    RefusalRow(
        "a user with a tag",
        400,
        3,
        field("field `users[0].userTags` must be empty: this sandbox has none"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["userTags"] = ["x"] }
    },
    RefusalRow(
        "a member of a user that nobody knows",
        400,
        3,
        field("unknown field `users[0].isRootUser`"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["isRootUser"] = true }
    },
    RefusalRow(
        "an older version of users",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_CREATE_USERS_V2",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        var body = desk.makeSubmission(.createUsers, ["users": [.object(try makeUser())]])
        body["type"] = "ACTIVITY_TYPE_CREATE_USERS_V2"
        _ = try desk.send(.createUsers, body)
    },
    RefusalRow("passkeys of nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        _ = try desk.query(.getAuthenticators, ["userId": .string(UUID().text)])
    },
    RefusalRow("passkeys of nobody in particular", 400, 3, field("missing field `userId`"), "REQUEST_INVALID") {
        desk,
        _ in _ = try desk.query(.getAuthenticators)
    },
    RefusalRow("an unknown passkey read", 404, 5, "no authenticator found with the given ID", "") { desk, _ in
        _ = try desk.query(.getAuthenticator, ["authenticatorId": .string(UUID().text)])
    },
    RefusalRow("an unknown passkey deleted", 404, 5, "no authenticator found with the given ID", "") { desk, _ in
        _ = try desk.submit(
            .deleteAuthenticators,
            ["userId": .string(desk.rootUserId.text), "authenticatorIds": [.string(UUID().text)]]
        )
    },
    RefusalRow(
        "no passkeys deleted",
        400,
        3,
        field("field `authenticatorIds` must not be empty"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        _ = try desk.submit(
            .deleteAuthenticators,
            ["userId": .string(desk.rootUserId.text), "authenticatorIds": []]
        )
    },
]
