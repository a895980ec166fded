// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Sessions") struct SessionTests {
    @Test("the way of reading bundles here reads Turnkey's") func vectors() throws {
        for vector in try Vectors.turnkey("hpke_credential_bundles") {
            let scalar = try #require(vector["receiver_private_key"]?.string.flatMap(Hex.decode))
            let key = try P256.KeyAgreement.PrivateKey(rawRepresentation: scalar)
            let bundle = try #require(vector["bundle"]?.string)
            let opened = try openBundle(bundle, with: key)
            #expect(opened.hex == vector["credential_public_key_compressed"]?.string)
        }
    }

    @Test("a read-write session's bundle opens with the target key, to a key that stamps") func readWriteSession()
        throws
    {
        let desk = try Desk()
        let target = P256.KeyAgreement.PrivateKey()
        let activity = try desk.submit(
            .createReadWriteSession,
            ["targetPublicKey": .string(Hex.encode(target.publicKey.x963Representation)), "expirationSeconds": "60"]
        )
        let result = try #require(activity["result"]?["createReadWriteSessionResultV2"])
        #expect(
            result.names == [
                "organizationId", "organizationName", "userId", "username", "apiKeyId", "credentialBundle",
            ]
        )
        let bundle = try #require(result["credentialBundle"]?.string)
        #expect([115, 116].contains(bundle.count))
        let key = try openBundle(bundle, with: target)
        #expect(try desk.query(.whoami, by: key)["userId"] == result["userId"])
        let apiKey = try #require(try desk.query(.getAPIKey, ["apiKeyId": result["apiKeyId"] ?? .null])["apiKey"])
        #expect(apiKey["credential"]?["type"]?.string == "CREDENTIAL_TYPE_READ_WRITE_SESSION_KEY_P256")
        #expect(apiKey["apiKeyName"]?.string == "Read Write Session - 1750000000")
        #expect(apiKey["expirationSeconds"]?.string == "60")
        desk.now += 60
        #expect(throws: APIRefusal.apiKeyExpired(publicKey: key.hex)) { try desk.query(.whoami, by: key) }
    }

    @Test(
        "a session lives 900 seconds unless told otherwise",
        arguments: [Endpoint.stampLogin, .createReadWriteSession]
    )
    func defaultLife(_ endpoint: Endpoint) throws {
        let desk = try Desk()
        let target = P256.KeyAgreement.PrivateKey().publicKey.x963Representation
        let parameters: JSONObject =
            endpoint == .stampLogin
            ? ["publicKey": .string(P256.Signing.PrivateKey().hex)] : ["targetPublicKey": .string(Hex.encode(target))]
        _ = try desk.submit(endpoint, parameters)
        #expect(try desk.query(.getAPIKeys)["apiKeys"]?[1]?["expirationSeconds"]?.string == "900")
    }

    @Test("invalidateExisting ends the sessions of its kind, and no other key") func invalidation() throws {
        let desk = try Desk()
        let target = JSONValue.string(Hex.encode(P256.KeyAgreement.PrivateKey().publicKey.x963Representation))
        let logins = (0..<3).map { _ in P256.Signing.PrivateKey() }
        _ = try desk.submit(.createReadWriteSession, ["targetPublicKey": target])
        _ = try desk.submit(.createAPIKeys, makeKeyParameters(for: desk.rootUserId, expirationSeconds: "900"))
        _ = try desk.submit(.stampLogin, ["publicKey": .string(logins[0].hex)])
        _ = try desk.submit(.stampLogin, ["publicKey": .string(logins[1].hex), "invalidateExisting": false])
        #expect(try desk.query(.getAPIKeys)["apiKeys"]?.elements?.count == 5)
        _ = try desk.submit(
            .stampLogin,
            ["publicKey": .string(logins[2].hex), "invalidateExisting": true],
            by: logins[1]
        )
        let left = try desk.query(.getAPIKeys)["apiKeys"]?.elements?.map { $0["credential"]?["type"]?.string }
        #expect(
            left == [
                "CREDENTIAL_TYPE_API_KEY_P256", "CREDENTIAL_TYPE_READ_WRITE_SESSION_KEY_P256",
                "CREDENTIAL_TYPE_API_KEY_P256", "CREDENTIAL_TYPE_LOGIN",
            ]
        )
        #expect(throws: APIRefusal.self) { try desk.query(.whoami, by: logins[0]) }
        _ = try desk.query(.whoami, by: logins[2])
    }
}
