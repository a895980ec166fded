// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

/// One refusal: how to earn it, and all that is answered.
struct RefusalRow: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    let code: Int
    /// `<ORG>`, `<KEY>` and `<CREDENTIAL>` stand for the desk's organization, root key and passkey.
    let message: String
    let turnkeyErrorCode: String
    let earn: @Sendable (Desk, SoftwarePasskey) async throws -> Void

    var testDescription: String { name }

    init(
        _ name: String,
        _ status: Int,
        _ code: Int,
        _ message: String,
        _ turnkeyErrorCode: String,
        _ earn: @escaping @Sendable (Desk, SoftwarePasskey) async throws -> Void
    ) {
        self.name = name
        self.status = status
        self.code = code
        self.message = message
        self.turnkeyErrorCode = turnkeyErrorCode
        self.earn = earn
    }
}

@Suite("Refusals") struct ErrorTableTests {
    @Test(
        "each has its status, code, text and turnkeyErrorCode",
        arguments: authenticationRefusals + bodyRefusals + parameterRefusals + stateRefusals + organizationRefusals
            + userRefusals + sessionRefusals + walletRefusals + signingRefusals + voteRefusals
    )
    func refusal(_ row: RefusalRow) async throws {
        let passkey = SoftwarePasskey()
        let desk = try Desk(makeFixture(passkey))
        let names = [
            "<ORG>": desk.organizationId.text, "<KEY>": desk.rootKey.hex,
            "<CREDENTIAL>": Base64URL.encode(passkey.credentialId), "<USER>": desk.rootUserId.text,
        ]
        let message = names.reduce(row.message) { $0.replacing($1.key, with: $1.value) }
        let error = await #expect(throws: APIRefusal.self) { try await row.earn(desk, passkey) }
        #expect(error?.status == row.status)
        #expect(error?.message == message)
        let detail: JSONValue = [
            "@type": "type.googleapis.com/errors.v1.TurnkeyErrorDetail",
            "turnkeyErrorCode": .string(row.turnkeyErrorCode),
        ]
        #expect(
            error?.body == [
                "code": .integer(Int64(row.code)), "message": .string(message),
                "details": row.turnkeyErrorCode.isEmpty ? [] : [detail],
                "turnkeyErrorCode": .string(row.turnkeyErrorCode),
            ]
        )
    }

    @Test("what goes wrong inside has a number to look for in the log") func internalError() {
        let id = UUID()
        let error = APIRefusal.internal(id)
        #expect(error.status == 500)
        #expect(error.body["code"] == 13)
        #expect(error.message == "internal server error (\(id.text))")
        #expect(error.turnkeyErrorCode == "INTERNAL")
    }

    @Test("the checks come in their order: the first that fails is answered") func order() throws {
        let desk = try Desk()
        let stranger = P256.Signing.PrivateKey()
        var body = desk.makeSubmission(.createAPIKeys, [:], at: desk.now.addingTimeInterval(-7200))
        body["type"] = "ACTIVITY_TYPE_OTHER"
        body["organizationId"] = "no UUID"
        let bytes = Data(body.text.utf8)
        // Everything is wrong; each step mends what was answered last.
        #expect(throws: APIRefusal.stampMissing(.submit)) {
            try desk.send(.createAPIKeys, Data("{".utf8), StampHeaders())
        }
        #expect(throws: APIRefusal.stampMalformed(.submit, .apiKey)) {
            try desk.send(.createAPIKeys, Data("{".utf8), StampHeaders(apiKey: ["?"]))
        }
        #expect(throws: APIRefusal.malformedBody) {
            try desk.send(
                .createAPIKeys,
                Data("{".utf8),
                StampHeaders(apiKey: [try makeStamp(Data("other".utf8), by: stranger)])
            )
        }
        #expect(throws: APIRefusal.malformedOrganizationId) {
            try desk.send(.createAPIKeys, bytes, StampHeaders(apiKey: [try makeStamp(Data(), by: stranger)]))
        }
        body["organizationId"] = .string(UUID().text)
        #expect(throws: APIRefusal.organizationNotFound) { try desk.send(.createAPIKeys, body, by: stranger) }
        body["organizationId"] = .string(desk.organizationId.text)
        #expect(throws: APIRefusal.publicKeyNotFound(publicKey: stranger.hex, organizationId: desk.organizationId.text))
        {
            try desk.send(.createAPIKeys, body, by: stranger)
        }
        let short = P256.Signing.PrivateKey()
        _ = try desk.submit(
            .createAPIKeys,
            makeKeyParameters(short, for: desk.rootUserId, expirationSeconds: "1")
        )
        desk.now += 1
        #expect(throws: APIRefusal.apiKeySignature) {
            try desk.send(
                .createAPIKeys,
                Data(body.text.utf8),
                StampHeaders(apiKey: [try makeStamp(Data(), by: short)])
            )
        }
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: short.hex)) {
            try desk.send(.createAPIKeys, body, by: short)
        }
        #expect(throws: APIRefusal.timestampOutOfRange) { try desk.send(.createAPIKeys, body) }
        body["timestampMs"] = desk.makeSubmission(.createAPIKeys, [:])["timestampMs"]
        #expect(throws: APIRefusal.activityType("ACTIVITY_TYPE_OTHER")) { try desk.send(.createAPIKeys, body) }
        body["type"] = "ACTIVITY_TYPE_CREATE_API_KEYS_V2"
        #expect(throws: APIRefusal.field(.missing("userId"))) { try desk.send(.createAPIKeys, body) }
    }
}
