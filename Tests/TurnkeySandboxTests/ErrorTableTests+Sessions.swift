// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

private func field(_ text: String) -> String { "invalid request body: \(text)" }

private func mail(_ desk: Desk, changing change: (inout JSONObject) -> Void) throws {
    _ = try desk.submit(.emailAuth, makeEmailAuthParameters(to: "ada@example.com", changing: change))
}

private func makeProfile(_ desk: Desk, _ name: String, _ value: JSONValue?) throws {
    var parameters: JSONObject = ["sessionProfileName": "Reader", "scope": "true"]
    parameters[name] = value
    _ = try desk.submit(.createSessionProfile, parameters)
}

private func makeToken(_ desk: Desk) throws -> String {
    let result = try desk.submit(.createReadOnlySession, [:])["result"]
    return try #require(result?["createReadOnlySessionResult"]?["session"]?.string)
}

private let unstamped =
    "cannot authenticate public API activity request without a stamp (X-Stamp/X-Stamp-Webauthn header)"

/// What is wrong about sessions, their limits, and the e-mails that begin them.
let sessionRefusals: [RefusalRow] = [
    RefusalRow("a read-only session that there is not", 401, 16, "could not verify session", "SIGNATURE_INVALID") {
        desk,
        _ in
        let body = Data(desk.makeQuery().text.utf8)
        _ = try desk.send(.whoami, body, StampHeaders(session: ["x"]))
    },
    RefusalRow("a write with a read-only session", 401, 16, unstamped, "SIGNATURE_MISSING") { desk, _ in
        let token = try makeToken(desk)
        let body = desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId))
        _ = try desk.send(.createAPIKeys, Data(body.text.utf8), StampHeaders(session: [token]))
    },
    RefusalRow("two read-only sessions", 401, 16, "could not extract session", "SIGNATURE_INVALID") { desk, _ in
        let token = try makeToken(desk)
        let body = Data(desk.makeQuery().text.utf8)
        _ = try desk.send(.whoami, body, StampHeaders(session: [token, token]))
    },
    RefusalRow("a read-only session and a stamp", 401, 16, "could not extract session", "SIGNATURE_INVALID") {
        desk,
        _ in
        let token = try makeToken(desk)
        let body = Data(desk.makeQuery().text.utf8)
        let stamp = try makeStamp(body, by: desk.rootKey)
        _ = try desk.send(.whoami, body, StampHeaders(apiKey: [stamp], session: [token]))
    },
    RefusalRow(
        "a parameter of a read-only session",
        400,
        3,
        field("unknown field `expirationSeconds`"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in _ = try desk.submit(.createReadOnlySession, ["expirationSeconds": "60"])
    },
    RefusalRow(
        "a scope in words",
        400,
        3,
        field("field `scope` is not an expression that this sandbox reads"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try makeProfile(desk, "scope", "everything")
    },
    RefusalRow("a profile without a scope", 400, 3, field("missing field `scope`"), "REQUEST_INVALID") { desk, _ in
        try makeProfile(desk, "scope", nil)
    },
    RefusalRow("a profile that lasts for nothing", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try makeProfile(desk, "expirationSeconds", "0")
    },
    RefusalRow(
        "a profile of a sub-organization",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_CREATE_SESSION_PROFILE in a sub-organization",
        "REQUEST_INVALID"
    ) { desk, _ in
        let key = P256.Signing.PrivateKey()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key))
        let parameters: JSONObject = ["sessionProfileName": "Reader", "scope": "true"]
        _ = try desk.submit(.createSessionProfile, parameters, in: sub.id, by: key)
    },
    RefusalRow("a profile read that there is not", 404, 5, "no session profile found with the given ID", "") {
        desk,
        _ in _ = try desk.query(.getSessionProfile, ["sessionProfileId": .string(UUID().text)])
    },
    RefusalRow("a submission that a policy denies", 403, 7, "request not authorized", "REQUEST_NOT_AUTHORIZED") {
        _,
        _ in
        let key = P256.Signing.PrivateKey()
        let policy = Fixture.Policy(policyName: "Nothing", effect: "EFFECT_DENY")
        let desk = try Desk(makeFixture(user: key, policies: [policy]))
        _ = try desk.submit(.stampLogin, ["publicKey": .string(P256.Signing.PrivateKey().hex)], by: key)
    },
    RefusalRow("an e-mail to nobody", 404, 5, "no user found with the given ID", "") { desk, _ in
        try mail(desk) { _ in }
    },
    RefusalRow(
        "an e-mail without an application",
        400,
        3,
        field("missing field `emailCustomization.appName`"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try mail(desk) { $0["emailCustomization"] = [:] }
    },
    RefusalRow("an e-mail without a look", 400, 3, field("missing field `emailCustomization`"), "REQUEST_INVALID") {
        desk,
        _ in try mail(desk) { $0["emailCustomization"] = nil }
    },
    RefusalRow(
        "an e-mail to a compressed key",
        400,
        3,
        field("field `targetPublicKey` must be an uncompressed P-256 point in 130 hex digits"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try mail(desk) { $0["targetPublicKey"] = .string(desk.rootKey.hex) }
    },
    RefusalRow(
        "an e-mail where e-mail is switched off",
        400,
        3,
        "email auth is disabled for this organization",
        "REQUEST_INVALID"
    ) { desk, _ in
        let user = try makeRootUser(email: "ada@example.com")
        let sub = try desk.makeSubOrganization("Ada's", user, disableEmailAuth: true)
        _ = try desk.submit(.emailAuth, makeEmailAuthParameters(to: "ada@example.com"), in: sub.id)
    },
]
