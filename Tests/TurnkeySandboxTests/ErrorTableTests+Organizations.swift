// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

private func field(_ text: String) -> String { "invalid request body: \(text)" }

/// Makes a sub-organization whose description is changed.
private func create(_ desk: Desk, changing change: (inout JSONObject) throws -> Void) throws {
    var parameters = makeSubOrganizationParameters("Ada's", [try makeRootUser()])
    try change(&parameters)
    _ = try desk.submit(.createSubOrganization, parameters)
}

/// Two sub-organizations that share what one user signs in with.
private func makeTwins(_ desk: Desk, key: P256.Signing.PrivateKey? = nil, passkey: SoftwarePasskey? = nil) throws {
    for name in ["Ada's", "Bob's"] {
        _ = try desk.makeSubOrganization(name, try makeRootUser(key: key, passkey: passkey))
    }
}

private let conflict = "more than one suborg associated with a public key"

/// What goes wrong between an organization and those below it.
let organizationRefusals: [RefusalRow] = [
    RefusalRow(
        "a write in a sub-organization with the parent's key",
        400,
        3,
        "organization mismatch: request is targeting organization (\"00000000-0000-4000-8000-000000000001\"), "
            + "but voters are in organization (\"00000000-0000-4000-8000-000000000000\")",
        "ORGANIZATION_MISMATCH"
    ) { _, _ in
        let id = UUID(uuidString: "00000000-0000-4000-8000-000000000001")
        var fixture = Fixture.standard
        fixture.organizations[0].organizationId = UUID(uuidString: "00000000-0000-4000-8000-000000000000")
        let user = Fixture.User(userName: "Ada")
        fixture.organizations[0].subOrganizations = [
            Fixture.Organization(organizationId: id, organizationName: "Ada's", users: [user])
        ]
        let desk = try Desk(fixture)
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: UUID()), in: id)
    },
    RefusalRow("a key of two sub-organizations in the parent's name", 401, 16, conflict, "CREDENTIAL_CONFLICT") {
        desk,
        _ in
        let key = P256.Signing.PrivateKey()
        try makeTwins(desk, key: key)
        _ = try desk.query(.whoami, by: key)
    },
    RefusalRow("a login with a key of two sub-organizations", 401, 16, conflict, "CREDENTIAL_CONFLICT") { desk, _ in
        let key = P256.Signing.PrivateKey()
        try makeTwins(desk, key: key)
        _ = try desk.submit(.stampLogin, ["publicKey": .string(P256.Signing.PrivateKey().hex)], by: key)
    },
    RefusalRow("a passkey of two sub-organizations in the parent's name", 401, 16, conflict, "CREDENTIAL_CONFLICT") {
        desk,
        _ in
        let passkey = SoftwarePasskey()
        try makeTwins(desk, passkey: passkey)
        let body = Data(desk.makeQuery().text.utf8)
        _ = try desk.send(.whoami, body, StampHeaders(webAuthn: [try await makeStamp(body, by: passkey)]))
    },
    RefusalRow(
        "a sub-organization of a sub-organization",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V8 in a sub-organization",
        "REQUEST_INVALID"
    ) { desk, _ in
        let key = P256.Signing.PrivateKey()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key))
        let parameters = makeSubOrganizationParameters("Below", [try makeRootUser()])
        _ = try desk.submit(.createSubOrganization, parameters, in: sub.id, by: key)
    },
    RefusalRow("no root users", 400, 3, field("field `rootUsers` must not be empty"), "REQUEST_INVALID") { desk, _ in
        try create(desk) { $0["rootUsers"] = [] }
    },
    RefusalRow(
        "a quorum of two of one",
        400,
        3,
        field("field `rootQuorumThreshold` must be 1 to the number of root users"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["rootQuorumThreshold"] = 2 }
    },
    RefusalRow(
        "a quorum in words",
        400,
        3,
        field("field `rootQuorumThreshold` must be an integer"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["rootQuorumThreshold"] = "1" }
    },
    RefusalRow(
        "a wallet without accounts",
        400,
        3,
        field("missing field `wallet.accounts`"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["wallet"] = ["walletName": "x"] }
    },
    RefusalRow(
        "a quorum of none",
        400,
        3,
        field("field `rootQuorumThreshold` must be 1 to the number of root users"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try create(desk) { $0["rootQuorumThreshold"] = 0 }
    },
    RefusalRow(
        "a root user without a list of passkeys",
        400,
        3,
        field("missing field `rootUsers[0].authenticators`"),
        "REQUEST_INVALID"
    ) { desk, _ in
        var user = try makeRootUser()
        user["authenticators"] = nil
        _ = try desk.makeSubOrganization("Ada's", user)
    },
    RefusalRow(
        "a root user with an OAuth provider",
        400,
        3,
        field("field `rootUsers[0].oauthProviders` must be empty: this sandbox has none"),
        "REQUEST_INVALID"
    ) { desk, _ in
        var user = try makeRootUser()
        user["oauthProviders"] = [["providerName": "x"]]
        _ = try desk.makeSubOrganization("Ada's", user)
    },
    RefusalRow(
        "a filter that there is not",
        400,
        3,
        field(
            "field `filterType` must be NAME, USERNAME, EMAIL, PHONE_NUMBER, CREDENTIAL_ID or PUBLIC_KEY"
        ),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in _ = try desk.query(.listSubOrganizations, ["filterType": "OIDC_TOKEN", "filterValue": "x"])
    },
    RefusalRow("a filter for nothing", 400, 3, field("missing field `filterValue`"), "REQUEST_INVALID") { desk, _ in
        _ = try desk.query(.listSubOrganizations, ["filterType": "NAME"])
    },
]
