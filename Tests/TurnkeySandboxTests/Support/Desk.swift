// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing
import TurnkeyClient

@testable import TurnkeySandbox

/// A ledger with a clock that a test moves, and what it takes to talk to it without HTTP.
final class Desk {
    static let start = Date(timeIntervalSince1970: 1_750_000_000)

    var now = Desk.start
    let rootKey = P256.Signing.PrivateKey()
    let notarizer = Notarizer()
    let organizationId: UUID
    let rootUserId: UUID
    private var ledger: Ledger
    private var submissions = 0

    init(
        _ fixture: Fixture = .standard,
        pendingPolls: Int = 0,
        parties: RelyingParties = RelyingParties(RelyingParty(id: "localhost"))
    ) throws {
        let organizations = try fixture.makeOrganizations(
            rootKey: APIPublicKey(rootKey.publicKey),
            parties: parties,
            at: now
        )
        organizationId = organizations[0].id
        rootUserId = organizations[0].users[0].id
        ledger = Ledger(organizations, parties: parties, notarizer: notarizer, pendingPolls: pendingPolls)
    }

    /// Sends these bytes with these headers.
    func send(_ endpoint: Endpoint, _ body: Data, _ stamps: StampHeaders) throws(APIRefusal) -> JSONObject {
        try ledger.answer(APIRequest(endpoint: endpoint, stamps: stamps, body: body), at: now)
    }

    /// Sends a body stamped with an API key, the root user's unless another is given.
    func send(
        _ endpoint: Endpoint,
        _ body: JSONObject,
        by key: P256.Signing.PrivateKey? = nil
    ) throws(APIRefusal) -> JSONObject {
        let bytes = Data(body.text.utf8)
        return try send(endpoint, bytes, StampHeaders(apiKey: [makeStamp(bytes, by: key ?? rootKey)]))
    }

    func query(
        _ endpoint: Endpoint,
        _ members: JSONObject = [:],
        by key: P256.Signing.PrivateKey? = nil
    ) throws(APIRefusal) -> JSONObject {
        try send(endpoint, makeQuery(members), by: key)
    }

    /// Submits, and answers the activity.
    func submit(
        _ endpoint: Endpoint,
        _ parameters: JSONObject,
        in organizationId: UUID? = nil,
        by key: P256.Signing.PrivateKey? = nil
    ) throws(APIRefusal) -> JSONValue {
        var body = makeSubmission(endpoint, parameters)
        if let organizationId { body["organizationId"] = .string(organizationId.text) }
        return try send(endpoint, body, by: key)["activity"] ?? .null
    }

    /// Makes a sub-organization with these root users, and answers its identifier and theirs.
    func makeSubOrganization(
        _ name: String = "Ada's",
        _ rootUsers: JSONObject...,
        disableEmailAuth: Bool = false
    ) throws -> (id: UUID, rootUserIds: [UUID]) {
        let parameters = makeSubOrganizationParameters(name, rootUsers, disableEmailAuth: disableEmailAuth)
        let result = try submit(.createSubOrganization, parameters)["result"]?["createSubOrganizationResultV8"]
        let ids = try #require(result?["rootUserIds"]?.elements).map { try #require(UUID(uuidString: $0.string ?? "")) }
        return (try #require(UUID(uuidString: result?["subOrganizationId"]?.string ?? "")), ids)
    }

    /// The e-mails that were sent.
    var mailbox: [JSONValue] { ledger.directory.mailbox.map { .object($0.json) } }

    /// The transactions that would have been sent.
    var transactions: [JSONValue] { ledger.directory.transactions.map { .object($0.json) } }

    func makeQuery(_ members: JSONObject = [:]) -> JSONObject {
        members.merging(["organizationId": .string(organizationId.text)]) { given, _ in given }
    }

    /// A submission that differs from each before it by its time.
    func makeSubmission(_ endpoint: Endpoint, _ parameters: JSONObject, at time: Date? = nil) -> JSONObject {
        submissions += 1
        let milliseconds = Int64((time ?? now).timeIntervalSince1970 * 1000) - Int64(time == nil ? submissions : 0)
        return [
            "type": .string(endpoint.kinds.first?.type ?? ""),
            "timestampMs": .string(String(milliseconds)),
            "organizationId": .string(organizationId.text),
            "parameters": .object(parameters),
        ]
    }
}

/// The value of `X-Stamp` for a body.
func makeStamp(_ body: Data, by key: P256.Signing.PrivateKey) throws(APIRefusal) -> String {
    guard let signature = try? key.signature(for: body) else { throw .malformedBody }
    return encodeStamp([
        "publicKey": .string(key.hex),
        "scheme": "SIGNATURE_SCHEME_TK_API_P256",
        "signature": .string(Hex.encode(signature.derRepresentation)),
    ])
}

func encodeStamp(_ json: JSONObject) -> String {
    Base64URL.encode(json.text.utf8)
}

/// The value of `X-Stamp-Webauthn` for a body.
func makeStamp(_ body: Data, by passkey: SoftwarePasskey) async throws -> String {
    let assertion = try await passkey.assertion(
        challenge: WebAuthnStamp.challenge(for: body),
        rpId: passkey.rpId
    )
    let json: JSONObject = [
        "authenticatorData": .string(Base64URL.encode(assertion.authenticatorData)),
        "clientDataJson": .string(Base64URL.encode(assertion.clientDataJson)),
        "credentialId": .string(Base64URL.encode(assertion.credentialId)),
        "signature": .string(Base64URL.encode(assertion.signature)),
    ]
    return json.text
}

/// The parameters that register one key.
func makeKeyParameters(
    _ key: P256.Signing.PrivateKey = P256.Signing.PrivateKey(),
    for userId: UUID,
    expirationSeconds: String? = nil
) -> JSONObject {
    var apiKey: JSONObject = [
        "apiKeyName": "A key", "publicKey": .string(key.hex), "curveType": "API_KEY_CURVE_P256",
    ]
    apiKey["expirationSeconds"] = expirationSeconds.map { .string($0) }
    return ["userId": .string(userId.text), "apiKeys": [.object(apiKey)]]
}

/// The parameters that register one passkey.
func makeAuthenticatorParameters(_ registration: PasskeyRegistration, for userId: UUID) throws -> JSONObject {
    let authenticator = JSONValue.object(try JSONObject(reading: try JSONEncoder().encode(registration)))
    return ["userId": .string(userId.text), "authenticators": [authenticator]]
}

/// A fixture whose root user has this passkey.
func makeFixture(_ passkey: SoftwarePasskey) -> Fixture {
    let authenticator = Fixture.Authenticator(
        authenticatorName: "Laptop",
        credentialId: Base64URL.encode(passkey.credentialId),
        publicKey: Base64URL.encode(passkey.cosePublicKey)
    )
    return Fixture(organizations: [
        Fixture.Organization(
            organizationName: "Acme",
            users: [Fixture.User(userName: "Root user", authenticators: [authenticator])]
        )
    ])
}

extension P256.Signing.PrivateKey {
    /// The public key as the API names it.
    var hex: String { APIPublicKey(publicKey).hex }
}
