// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

/// Registers a key whose description is changed.
private func createKey(_ desk: Desk, _ name: String, _ value: JSONValue?) throws {
    guard case .object(var key) = makeKeyParameters(for: desk.rootUserId)["apiKeys"]?[0] else { return }
    key[name] = value
    _ = try desk.submit(.createAPIKeys, ["userId": .string(desk.rootUserId.text), "apiKeys": [.object(key)]])
}

/// Registers a new passkey whose introduction is changed.
private func register(
    _ desk: Desk,
    _ passkey: SoftwarePasskey = SoftwarePasskey(),
    changing change: (inout PasskeyRegistration) -> Void
) throws {
    var registration = try passkey.registration()
    change(&registration)
    _ = try desk.submit(.createAuthenticators, try makeAuthenticatorParameters(registration, for: desk.rootUserId))
}

private func field(_ text: String) -> String { "invalid request body: \(text)" }

private let point = "must be a compressed P-256 point in 66 hex digits"
private let target = field("field `targetPublicKey` must be an uncompressed P-256 point in 130 hex digits")

/// Parameters that cannot be.
let parameterRefusals: [RefusalRow] = [
    RefusalRow("no user", 400, 3, field("missing field `userId`"), "REQUEST_INVALID") { desk, _ in
        _ = try desk.submit(.createAPIKeys, [:])
    },
    RefusalRow("no keys", 400, 3, field("field `apiKeys` must not be empty"), "REQUEST_INVALID") { desk, _ in
        _ = try desk.submit(.createAPIKeys, ["userId": "x", "apiKeys": []])
    },
    RefusalRow("a key that is a string", 400, 3, field("field `apiKeys[0]` must be an object"), "REQUEST_INVALID") {
        desk,
        _ in _ = try desk.submit(.createAPIKeys, ["userId": "x", "apiKeys": ["y"]])
    },
    RefusalRow(
        "a key without a name",
        400,
        3,
        field("field `apiKeys[0].apiKeyName` must not be empty"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try createKey(desk, "apiKeyName", "")
    },
    RefusalRow("a key without a curve", 400, 3, field("missing field `apiKeys[0].curveType`"), "REQUEST_INVALID") {
        desk,
        _ in try createKey(desk, "curveType", nil)
    },
    RefusalRow(
        "a curve that there is not",
        400,
        3,
        field("field `apiKeys[0].curveType` is not a curve type"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try createKey(desk, "curveType", "API_KEY_CURVE_P384")
    },
    RefusalRow(
        "a curve of the API's, not the sandbox's",
        400,
        3,
        field("this sandbox serves API_KEY_CURVE_P256, not API_KEY_CURVE_ED25519"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try createKey(desk, "curveType", "API_KEY_CURVE_ED25519")
    },
    RefusalRow("a public key off the curve", 400, 3, field("field `apiKeys[0].publicKey` \(point)"), "REQUEST_INVALID")
    {
        desk,
        _ in try createKey(desk, "publicKey", .string("02" + String(repeating: "f", count: 64)))
    },
    RefusalRow("an uncompressed public key", 400, 3, field("field `apiKeys[0].publicKey` \(point)"), "REQUEST_INVALID")
    {
        desk,
        _ in
        let key = Hex.encode(P256.Signing.PrivateKey().publicKey.x963Representation)
        try createKey(desk, "publicKey", .string(key))
    },
    RefusalRow(
        "a member of a key that nobody knows",
        400,
        3,
        field("unknown field `apiKeys[0].expiresInSeconds`"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try createKey(desk, "expiresInSeconds", "60")
    },
    RefusalRow("an expiration of nothing", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try createKey(desk, "expirationSeconds", "0")
    },
    RefusalRow("a negative expiration", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try createKey(desk, "expirationSeconds", "-900")
    },
    RefusalRow("an expiration in words", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try createKey(desk, "expirationSeconds", "15m")
    },
    RefusalRow("an empty expiration", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try createKey(desk, "expirationSeconds", "")
    },
    RefusalRow("an expiration beyond all time", 400, 3, "invalid api key expiration", "REQUEST_INVALID") { desk, _ in
        try createKey(desk, "expirationSeconds", "9223372036854775808")
    },
    RefusalRow(
        "an expiration that is a number",
        400,
        3,
        field("field `apiKeys[0].expirationSeconds` must be a string"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try createKey(desk, "expirationSeconds", 900)
    },
    RefusalRow("a session's expiration of nothing", 400, 3, "invalid api key expiration", "REQUEST_INVALID") {
        desk,
        _ in
        _ = try desk.submit(
            .stampLogin,
            ["publicKey": .string(P256.Signing.PrivateKey().hex), "expirationSeconds": "0"]
        )
    },
    RefusalRow(
        "a session profile that there is not",
        404,
        5,
        "no session profile found with the given ID",
        ""
    ) {
        desk,
        _ in
        _ = try desk.submit(
            .stampLogin,
            ["publicKey": .string(P256.Signing.PrivateKey().hex), "sessionProfileId": "x"]
        )
    },
    RefusalRow(
        "a flag that is a string",
        400,
        3,
        field("field `invalidateExisting` must be a boolean"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        _ = try desk.submit(
            .stampLogin,
            ["publicKey": .string(P256.Signing.PrivateKey().hex), "invalidateExisting": "true"]
        )
    },
    RefusalRow("a compressed target", 400, 3, target, "REQUEST_INVALID") { desk, _ in
        _ = try desk.submit(.createReadWriteSession, ["targetPublicKey": .string(desk.rootKey.hex)])
    },
    RefusalRow("a target off the curve", 400, 3, target, "REQUEST_INVALID") { desk, _ in
        let point = "04" + String(repeating: "11", count: 64)
        _ = try desk.submit(.createReadWriteSession, ["targetPublicKey": .string(point)])
    },
    RefusalRow(
        "a passkey without its attestation",
        400,
        3,
        "missing parameter: user authenticator attestation",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        let authenticator: JSONValue = ["authenticatorName": "x", "challenge": "AAAA"]
        _ = try desk.submit(.createAuthenticators, ["userId": "x", "authenticators": [authenticator]])
    },
    RefusalRow(
        "a passkey for another challenge",
        400,
        3,
        "invalid authenticator attestation: wrong challenge",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk) { $0.attestation.challenge = Data([1]) }
    },
    RefusalRow(
        "a passkey of another page",
        400,
        3,
        "invalid authenticator attestation: wrong origin",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk, SoftwarePasskey(origin: "https://localhost")) { _ in }
    },
    RefusalRow(
        "a passkey of another party",
        400,
        3,
        "invalid authenticator attestation: wrong relying party",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk, SoftwarePasskey(rpId: "example.com")) { _ in }
    },
    RefusalRow(
        "an assertion for an attestation",
        400,
        3,
        "invalid authenticator attestation: wrong type",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        try register(desk) { registration in
            let text = String(decoding: registration.attestation.clientDataJson, as: UTF8.self)
            registration.attestation.clientDataJson = Data(text.replacing("create", with: "get").utf8)
        }
    },
    RefusalRow(
        "an attestation with bytes behind it",
        400,
        3,
        "invalid authenticator attestation: attestation object is malformed",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk) { $0.attestation.attestationObject.append(0) }
    },
    RefusalRow(
        "an attestation of another format",
        400,
        3,
        "invalid authenticator attestation: attestation format is not none",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        try register(desk) { registration in
            registration.attestation.attestationObject.replace(Data("none".utf8), with: Data("some".utf8))
        }
    },
    RefusalRow(
        "a passkey under another identifier",
        400,
        3,
        "invalid authenticator attestation: credential id is not the attested one",
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk) { $0.attestation.credentialId = Data([1]) }
    },
    RefusalRow(
        "an attestation that is not base64url",
        400,
        3,
        field("field `authenticators[0].challenge` must be base64url"),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in
        let authenticator: JSONValue = ["authenticatorName": "x", "challenge": "A+A=", "attestation": [:]]
        _ = try desk.submit(.createAuthenticators, ["userId": "x", "authenticators": [authenticator]])
    },
    RefusalRow(
        "a transport that there is not",
        400,
        3,
        field(
            "field `authenticators[0].attestation.transports` must be of AUTHENTICATOR_TRANSPORT_BLE, INTERNAL, NFC, USB, HYBRID"
        ),
        "REQUEST_INVALID"
    ) {
        desk,
        _ in try register(desk) { $0.transports = ["usb"] }
    },
]
