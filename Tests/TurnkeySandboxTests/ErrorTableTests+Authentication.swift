// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

private let missing =
    "cannot authenticate public API activity request without a stamp (X-Stamp/X-Stamp-Webauthn header)"
private let unknownKey = "could not find public key in organization or its parent organization organizationId=<ORG>"

/// Sends a whoami with these headers.
private func whoami(_ desk: Desk, _ stamps: StampHeaders) throws {
    _ = try desk.send(.whoami, Data(desk.makeQuery().text.utf8), stamps)
}

/// Sends a whoami with the root key's stamp, changed.
private func whoami(_ desk: Desk, changing change: (inout JSONObject) -> Void) throws {
    let body = Data(desk.makeQuery().text.utf8)
    let stamp = try #require(Base64URL.decode(try makeStamp(body, by: desk.rootKey)))
    guard case .object(var object) = try JSONReader.read(stamp) else { return }
    change(&object)
    try whoami(desk, StampHeaders(apiKey: [encodeStamp(object)]))
}

private func submission(_ desk: Desk) -> Data {
    Data(desk.makeSubmission(.createAPIKeys, makeKeyParameters(for: desk.rootUserId)).text.utf8)
}

/// No or bad proof of who is asking.
let authenticationRefusals: [RefusalRow] = [
    RefusalRow(
        "no stamp on a query",
        401,
        16,
        "no valid authentication signature found for request",
        "SIGNATURE_MISSING"
    ) {
        desk,
        _ in try whoami(desk, StampHeaders())
    },
    RefusalRow("no stamp on a submission", 401, 16, missing, "SIGNATURE_MISSING") { desk, _ in
        _ = try desk.send(.createAPIKeys, submission(desk), StampHeaders())
    },
    RefusalRow("a stamp of another alphabet", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk, StampHeaders(apiKey: ["e+/="]))
    },
    RefusalRow("a stamp that is not JSON", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk, StampHeaders(apiKey: [Base64URL.encode("stamp".utf8)]))
    },
    RefusalRow("a stamp without a signature", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk) { $0["signature"] = nil }
    },
    RefusalRow("a stamp of an unknown scheme", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk) { $0["scheme"] = "SIGNATURE_SCHEME_TK_API_P384" }
    },
    RefusalRow("a stamp whose hex is none", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk) { $0["signature"] = "30zz" }
    },
    RefusalRow("a malformed stamp on a submission", 401, 16, "malformed activity stamp", "SIGNATURE_INVALID") {
        desk,
        _ in _ = try desk.send(.createAPIKeys, submission(desk), StampHeaders(apiKey: ["?"]))
    },
    RefusalRow("a malformed passkey stamp", 401, 16, "could not extract webauthn stamp", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk, StampHeaders(webAuthn: [#"{"credentialId":"AA"}"#]))
    },
    RefusalRow("two stamps", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") { desk, _ in
        let stamp = try makeStamp(Data(desk.makeQuery().text.utf8), by: desk.rootKey)
        try whoami(desk, StampHeaders(apiKey: [stamp, stamp]))
    },
    RefusalRow("a stamp of each kind", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") {
        desk,
        passkey in
        let body = Data(desk.makeQuery().text.utf8)
        let headers = StampHeaders(
            apiKey: [try makeStamp(body, by: desk.rootKey)],
            webAuthn: [try await makeStamp(body, by: passkey)]
        )
        try whoami(desk, headers)
    },
    RefusalRow("an attested stamp", 401, 16, "could not extract api key stamp", "SIGNATURE_INVALID") { desk, _ in
        try whoami(desk, StampHeaders(attested: ["{}"]))
    },
    RefusalRow("a stamp for other bytes", 401, 16, "could not verify api key signature", "SIGNATURE_INVALID") {
        desk,
        _ in
        let stamp = try makeStamp(Data((desk.makeQuery().text + "\n").utf8), by: desk.rootKey)
        try whoami(desk, StampHeaders(apiKey: [stamp]))
    },
    RefusalRow("a signature that is not DER", 401, 16, "could not verify api key signature", "SIGNATURE_INVALID") {
        desk,
        _ in try whoami(desk) { $0["signature"] = "00" }
    },
    RefusalRow("a passkey's stamp for other bytes", 401, 16, "could not verify WebAuthN signature", "SIGNATURE_INVALID")
    {
        desk,
        passkey in
        try whoami(desk, StampHeaders(webAuthn: [try await makeStamp(Data("other".utf8), by: passkey)]))
    },
    RefusalRow("a passkey's stamp again", 401, 16, "could not verify WebAuthN signature", "SIGNATURE_INVALID") {
        desk,
        passkey in
        let stamp = try await makeStamp(Data(desk.makeQuery().text.utf8), by: passkey)
        try whoami(desk, StampHeaders(webAuthn: [stamp]))
        try whoami(desk, StampHeaders(webAuthn: [stamp]))
    },
    RefusalRow(
        "an unknown key",
        401,
        16,
        unknownKey + " publicKey=02f739f8c77b32f4d5f13265861febd76e7a9c61a1140d296b8c16302508870316",
        "PUBLIC_KEY_NOT_FOUND"
    ) { desk, _ in
        try whoami(desk) {
            $0["publicKey"] = "02f739f8c77b32f4d5f13265861febd76e7a9c61a1140d296b8c16302508870316"
        }
    },
    RefusalRow("an expired key", 401, 16, "expired api key publicKey=<KEY>", "API_KEY_EXPIRED") { desk, _ in
        // The root key's own place is taken over: deleted, then registered again for a second.
        let helper = P256.Signing.PrivateKey()
        let keys = try desk.query(.getAPIKeys)["apiKeys"]
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(helper, for: desk.rootUserId))
        let ids: JSONObject = [
            "userId": .string(desk.rootUserId.text), "apiKeyIds": [keys?[0]?["apiKeyId"] ?? .null],
        ]
        _ = try desk.submit(.deleteAPIKeys, ids, by: helper)
        let parameters = makeKeyParameters(desk.rootKey, for: desk.rootUserId, expirationSeconds: "1")
        _ = try desk.submit(.createAPIKeys, parameters, by: helper)
        _ = try desk.query(.whoami)
        desk.now += 1
        _ = try desk.query(.whoami)
    },
    RefusalRow(
        "an unknown passkey",
        401,
        16,
        "credential ID could not be found in organization or its parent organization organizationId=<ORG> credentialId=AAAA",
        "CREDENTIAL_NOT_FOUND"
    ) { desk, passkey in
        let stamp = try await makeStamp(Data(desk.makeQuery().text.utf8), by: passkey)
        let other = stamp.replacing(Base64URL.encode(passkey.credentialId), with: "AAAA")
        try whoami(desk, StampHeaders(webAuthn: [other]))
    },
]
