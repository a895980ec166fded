// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import Crypto
import Foundation
import LoopbackPeers
import StampClient
import Synchronization
import Testing
import TurnkeyClient

@Suite("A session approved by a passkey", .timeLimit(.minutes(15)))
struct PasskeySessionTests {
    private static func makeActivity(_ status: String, result: String = "{}") -> String {
        #"{"activity":{"id":"a1","organizationId":"\#(Fixtures.organizationId)","status":"ACTIVITY_STATUS_\#(status)","type":"ACTIVITY_TYPE_CREATE_API_KEYS_V2","intent":{},"result":\#(result),"failure":null}}"#
    }

    private static let completed = makeActivity("COMPLETED", result: #"{"createApiKeysResult":{"apiKeyIds":["k1"]}}"#)

    private struct Submission: Decodable {
        struct Parameters: Decodable {
            struct Key: Decodable {
                let apiKeyName: String
                let publicKey: String
                let curveType: String
                let expirationSeconds: String
            }

            let userId: String
            let apiKeys: [Key]
        }

        let type: String
        let timestampMs: String
        let organizationId: String
        let parameters: Parameters
    }

    @Test("one approval registers the key, and only the target's owner can open the bundle")
    func sealed() async throws {
        let api = FakeAPI { _, _ in .init(body: Self.completed) }
        let passkey = CountingPasskey()
        let target = P256.KeyAgreement.PrivateKey()
        let before = Date()
        let session = try await Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient().createPasskeySession(
            userId: "user",
            targetPublicKey: target.publicKey.x963Representation.hex,
            expirationSeconds: 600
        )
        #expect(passkey.prompts.count == 1)
        let scalar = try Self.open(session.credentialBundle, with: target)
        let credential = try P256.Signing.PrivateKey(rawRepresentation: scalar)
        #expect(credential.publicKey.compressedRepresentation.hex == session.publicKey.text)

        let request = try #require(api.requests.first)
        #expect(api.requests.count == 1)
        #expect(request.line == "POST /public/v1/submit/create_api_keys HTTP/1.1")
        let submission = try JSONDecoder().decode(Submission.self, from: request.body)
        #expect(submission.type == "ACTIVITY_TYPE_CREATE_API_KEYS_V2")
        #expect(submission.organizationId == Fixtures.organizationId)
        #expect(submission.parameters.userId == "user")
        let key = try #require(submission.parameters.apiKeys.first)
        #expect(key.publicKey == session.publicKey.text)
        #expect(key.curveType == "API_KEY_CURVE_P256")
        #expect(key.expirationSeconds == "600")
        #expect(key.apiKeyName == "Session Key \(submission.timestampMs)" || key.apiKeyName.hasPrefix("Session Key 1"))
        // Three seconds early, counted from some moment of this call.
        #expect((before.addingTimeInterval(597)...Date().addingTimeInterval(597)).contains(session.expiresAt))
        #expect((500..<600).contains(session.remainingSeconds()))
        #expect(session.remainingSeconds(at: .now + .seconds(605)) == 0)
        let approved = Data(SHA256.hash(data: request.body)).hex
        #expect(passkey.prompts.map { String(decoding: $0.challenge, as: UTF8.self) } == [approved])
    }

    @Test(
        "a target that is not 130 lower-case hex digits of a point is refused before anybody is asked",
        arguments: [
            "compressed", "upper case", "off the curve", "short", "empty",
        ]
    )
    func targets(_ kind: String) async throws {
        let target = P256.KeyAgreement.PrivateKey().publicKey
        let text = target.x963Representation.hex
        let refused = [
            "compressed": target.compressedRepresentation.hex,
            "upper case": text.uppercased().replacing("04", with: "04"),
            "off the curve": "04" + String(repeating: "01", count: 64), "short": String(text.dropLast(2)), "empty": "",
        ]
        let api = FakeAPI { _, _ in .init(body: Self.completed) }
        let passkey = CountingPasskey()
        let client = try Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient()
        await #expect {
            try await client.createPasskeySession(userId: "u", targetPublicKey: #require(refused[kind]))
        } throws: { error in
            if case .configuration(.invalidTargetKey)? = error as? TurnkeyError { true } else { false }
        }
        #expect(passkey.prompts.isEmpty)
        #expect(api.requests.isEmpty)
    }

    @Test("a pending registration is polled with the new key, and nobody is asked again")
    func pending() async throws {
        let unknown = #"{"code":16,"message":"m","details":[],"turnkeyErrorCode":"PUBLIC_KEY_NOT_FOUND"}"#
        let api = FakeAPI { _, number in
            switch number {
            case 0: .init(body: Self.makeActivity("PENDING"))
            case 1: .init(status: 401, body: unknown)
            default: .init(body: Self.completed)
            }
        }
        let passkey = CountingPasskey()
        let target = P256.KeyAgreement.PrivateKey().publicKey.x963Representation.hex
        let client = try Fixtures.makeTurnkey(api, passkey: passkey).passkeyClient()
        _ = try await client.createPasskeySession(userId: "u", targetPublicKey: target)
        #expect(passkey.prompts.count == 1)
        #expect(api.requests.count == 3)
        try expectStamped(Array(api.requests.dropFirst()), path: "/public/v1/query/get_activity")
    }

    @Test("a registration that fails, or stays pending, is an error")
    func failed() async throws {
        let target = P256.KeyAgreement.PrivateKey().publicKey.x963Representation.hex
        for status in ["FAILED", "REJECTED", "CONSENSUS_NEEDED", "PENDING"] {
            let api = FakeAPI { _, _ in .init(body: Self.makeActivity(status)) }
            let polling = ActivityPolling(interval: .milliseconds(1), limit: .milliseconds(100))
            let client = try Fixtures.makeTurnkey(api, passkey: CountingPasskey(), polling: polling).passkeyClient()
            await #expect {
                try await client.createPasskeySession(userId: "u", targetPublicKey: target)
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .register else {
                    return false
                }
                return switch failure.cause {
                case .activityNotCompleted("a1", "ACTIVITY_STATUS_\(status)", _):
                    ["FAILED", "REJECTED"].contains(status) && failure.remains == .nothing
                case .activityPending(let activity, nil):
                    activity.id == "a1" && status == "PENDING" && failure.remains != .nothing
                // Who approves it later registers the key after all.
                case .activityNeedsApproval(let activity):
                    activity.id == "a1" && status == "CONSENSUS_NEEDED" && failure.remains != .nothing
                default: false
                }
            }
        }
    }

    @Test("an activity is polled to its end by a stamper that asks nobody, and not at all by one that does")
    func polling() async throws {
        let api = FakeAPI { _, number in .init(body: number < 3 ? Self.makeActivity("PENDING") : Self.completed) }
        let turnkey = try Fixtures.makeTurnkey(api, passkey: CountingPasskey())
        let keys = [NewAPIKey(apiKeyName: "n", publicKey: ActiveClientTests.key)]
        let client = turnkey.client(APIKeyStamper(P256.Signing.PrivateKey()))
        #expect(try await client.createApiKeys(userId: "u", apiKeys: keys) == ["k1"])
        #expect(api.requests.count == 4)

        let pending = FakeAPI { _, _ in .init(body: Self.makeActivity("PENDING")) }
        let passkey = CountingPasskey()
        let prompting = try Fixtures.makeTurnkey(pending, passkey: passkey).passkeyClient().api
        await #expect { try await prompting.createApiKeys(userId: "u", apiKeys: keys) } throws: { error in
            if case .activityPending(let activity, nil)? = error as? TurnkeyError { activity.id == "a1" } else { false }
        }
        #expect(passkey.prompts.count == 1)
    }

    /// The frame's side, by swift-crypto.
    private static func open(_ bundle: String, with key: P256.KeyAgreement.PrivateKey) throws -> Data {
        let bytes = try #require(decodeBase58Check(bundle))
        try #require(bytes.count == 33 + 48)
        let encapsulated = try P256.KeyAgreement.PublicKey(compressedRepresentation: bytes.prefix(33))
            .x963Representation
        let suite = HPKE.Ciphersuite(kem: .P256_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
        let info = Data("turnkey_hpke".utf8)
        var recipient = try HPKE.Recipient(
            privateKey: key,
            ciphersuite: suite,
            info: info,
            encapsulatedKey: encapsulated
        )
        return try recipient.open(bytes.dropFirst(33), authenticating: encapsulated + key.publicKey.x963Representation)
    }

    private static func decodeBase58Check(_ text: String) -> Data? {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        var bytes: [UInt8] = []
        for character in text {
            guard var carry = alphabet.firstIndex(of: character) else { return nil }
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 58
                bytes[index] = UInt8(carry & 255)
                carry >>= 8
            }
            while carry > 0 {
                bytes.insert(UInt8(carry & 255), at: 0)
                carry >>= 8
            }
        }
        let payload = Data(bytes.dropLast(4))
        let checksum = SHA256.hash(data: Data(SHA256.hash(data: payload))).prefix(4)
        return Data(checksum) == Data(bytes.suffix(4)) ? payload : nil
    }
}
