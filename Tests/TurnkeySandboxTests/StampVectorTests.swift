// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Turnkey's published vectors") struct StampVectorTests {
    @Test("captured stamps verify, high S or low") func stamps() throws {
        var highS = 0
        for vector in try Vectors.turnkey("stamps") {
            guard let body = vector["body_utf8"]?.string, let hex = vector["publicKey"]?.string,
                let signature = vector["signature"]?.string
            else { continue }
            let header =
                vector["header_value"]?.string
                ?? encodeStamp([
                    "publicKey": .string(hex), "scheme": "SIGNATURE_SCHEME_TK_API_P256",
                    "signature": .string(signature),
                ])
            let stamp = try #require(APIKeyStamp(header))
            let key = try #require(APIPublicKey(hex: hex))
            #expect(stamp.publicKey == hex)
            #expect(stamp.isValid(for: Data(body.utf8), by: key))
            #expect(!stamp.isValid(for: Data((body + "\n").utf8), by: key))
            if vector["high_s"] == .bool(true) { highS += 1 }
            if let fingerprint = vector["fingerprint"]?.string {
                #expect(Activity.fingerprint(of: Data(body.utf8)) == fingerprint)
            }
        }
        #expect(highS == 1)
    }

    @Test("a stamp's JSON is read whatever its order") func order() throws {
        for vector in try Vectors.turnkey("stamps") {
            guard let header = vector["header_value"]?.string else { continue }
            #expect(APIKeyStamp(header)?.publicKey == vector["publicKey"]?.string)
        }
    }

    @Test("public keys are taken compressed, and only on the curve") func publicKeys() throws {
        for vector in try Vectors.turnkey("public_keys") {
            guard let compressed = vector["compressed"]?.string else { continue }
            #expect((APIPublicKey(hex: compressed) == nil) == (vector["error"] != nil), "\(compressed)")
        }
    }

    @Test("base58check is spelled as elsewhere") func base58() throws {
        var count = 0
        for vector in try Vectors.turnkey("base58check") {
            guard let payload = vector["payload_hex"]?.string, let encoded = vector["encoded"]?.string else { continue }
            #expect(Base58Check.encode(try #require(Hex.decode(payload))) == encoded)
            count += 1
        }
        #expect(count == 2)
    }

    @Test("a session token is signed as the published one is") func sessionTokens() throws {
        let vector = try #require(
            try Vectors.turnkey("jwts").first { $0["digest"]?.string == "sha256(sha256(header.payload))" }
        )
        let published = try #require(vector["jwt"]?.string)
        let signer = try #require(vector["signer_public_key"]?.string)
        #expect(try verifySessionToken(published, by: signer))

        let desk = try Desk()
        let key = P256.Signing.PrivateKey()
        let activity = try desk.submit(.stampLogin, ["publicKey": .string(key.hex), "expirationSeconds": "60"])
        let token = try #require(activity["result"]?["stampLoginResult"]?["session"]?.string)
        #expect(try verifySessionToken(token, by: desk.notarizer.publicKeyHex))
        #expect(try !verifySessionToken(token, by: signer))
        let parts = token.split(separator: ".").map { Base64URL.decode(String($0)) }
        let claims = try JSONReader.read(try #require(parts[1]))
        #expect(try JSONReader.read(try #require(parts[0])) == ["alg": "ES256", "typ": "JWT"])
        #expect(
            claims == [
                "exp": .number("1750000060"), "public_key": .string(key.hex), "session_type": "SESSION_TYPE_READ_WRITE",
                "user_id": .string(desk.rootUserId.text), "organization_id": .string(desk.organizationId.text),
            ]
        )
        #expect(claims.names == vector["claims"]?.names)
    }
}

/// Whether the token's signature is r ‖ s over SHA-256(SHA-256(header.payload)).
func verifySessionToken(_ token: String, by publicKeyHex: String) throws -> Bool {
    let parts = token.split(separator: ".")
    try #require(parts.count == 3)
    let key = try P256.Signing.PublicKey(x963Representation: try #require(Hex.decode(publicKeyHex)))
    let signature = try P256.Signing.ECDSASignature(
        rawRepresentation: try #require(Base64URL.decode(String(parts[2])))
    )
    let inner = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
    return key.isValidSignature(signature, for: SHA256.hash(data: Data(inner)))
}
