// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

/// The parts of Turnkey's own SDKs' vectors that a frame has to do with.
struct TurnkeyVectors: Decodable {
    struct Bundle: Decodable {
        struct Intermediate: Decodable {
            let sharedSecret: String
            let key: String
            let baseNonce: String
        }

        let bundle: String
        let rawHex: String
        let encCompressed: String
        let encUncompressed: String
        let receiverPrivateKey: String
        let receiverPublicKeyUncompressed: String
        let plaintextHex: String
        let credentialPublicKeyCompressed: String
        let intermediate: Intermediate
    }

    struct Stamp: Decodable {
        let headerValue: String?
        let stampJson: String?
        let bodyUtf8: String?
        let privateKey: String?
        let publicKey: String
        let signature: String?
        let signatureValid: Bool?
        let highS: Bool?
    }

    struct Base58: Decodable {
        let encoded: String
        let payloadHex: String?
        let rawWithChecksumHex: String?
        let error: String?
    }

    struct PublicKey: Decodable {
        let uncompressed: String?
        let compressed: String?
        let privateKey: String?
        let error: String?
    }

    let hpkeCredentialBundles: [Bundle]
    let stamps: [Stamp]
    let base58check: [Base58]
    let publicKeys: [PublicKey]

    static let all = Result { try Fixture.read("turnkey.json", as: TurnkeyVectors.self) }
}

extension SignerCoreTests {
    @Suite("The vectors of Turnkey's SDKs hold") struct TurnkeyVectorTests {
        let vectors: TurnkeyVectors

        init() throws { vectors = try TurnkeyVectors.all.get() }

        @Test("credential bundles open, through the same intermediate values") func bundles() throws {
            #expect(vectors.hpkeCredentialBundles.count == 2)
            for vector in vectors.hpkeCredentialBundles {
                let bytes = try CredentialBundle.read(Array(vector.bundle.utf8).span).bytes
                #expect(bytes.hexText == vector.rawHex)
                try expectSchedule(vector)
                let frame = try TestFrame.with(embeddedScalar: [UInt8](hex: vector.receiverPrivateKey))
                #expect(try frame.embeddedPublicKey().hexText == vector.receiverPublicKeyUncompressed)
                #expect(try frame.inject(vector.bundle).publicKey.description == vector.credentialPublicKeyCompressed)
                let plaintext = try TestFrame.makeKey([UInt8](hex: vector.plaintextHex)).publicKey.description
                #expect(plaintext == vector.credentialPublicKeyCompressed)
            }
        }

        private func expectSchedule(_ vector: TurnkeyVectors.Bundle) throws {
            let recipient = try TestFrame.makeKey([UInt8](hex: vector.receiverPrivateKey))
            let enc = try [UInt8](hex: vector.encCompressed)
            guard let point = try Point.decompress(enc.span) else { throw NotHex(text: vector.encCompressed) }
            let uncompressed = point.uncompressed.hexText
            #expect(uncompressed == vector.encUncompressed)
            let shared = try HPKE.decapsulate(point, recipient: recipient)
            #expect(shared.hexText == vector.intermediate.sharedSecret)
            let context = try HPKE.schedule(sharedSecret: shared, scheduleContext: OwnSeal.scheduleContext())
            let (key, nonce) = (context.key.hexText, context.baseNonce.hexText)
            #expect(key == vector.intermediate.key)
            #expect(nonce == vector.intermediate.baseNonce)
        }

        @Test("stamps verify, high S too; the members' order is the signer's own") func stamps() throws {
            var verified = 0
            for vector in vectors.stamps {
                if let scalar = vector.privateKey {
                    let publicKey = try TestFrame.makeKey([UInt8](hex: scalar)).publicKey.description
                    #expect(publicKey == vector.publicKey)
                }
                guard let body = vector.bodyUtf8, let signature = vector.signature else { continue }
                let json =
                    #"{"publicKey":"\#(vector.publicKey)","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":"\#(signature)"}"#
                let stamp = try StampText(SealedBundle.base64URL(Array(json.utf8)))
                #expect(try stamp.isValid(for: Array(body.utf8)))
                #expect(stamp.isHighS == vector.highS)
                verified += 1
            }
            #expect(verified == 3)
        }

        @Test("header values spell their JSON in our base64url") func headers() throws {
            let headers = vectors.stamps.filter { $0.headerValue != nil }
            #expect(headers.count == 2)
            for vector in headers {
                var text: [UInt8] = []
                Base64URL.append(Array(try #require(vector.stampJson).utf8), to: &text)
                #expect(String(decoding: text, as: UTF8.self) == vector.headerValue)
                let header = Array(try #require(vector.headerValue).utf8)
                #expect(Base64URL.decode(header.span) == Array(try #require(vector.stampJson).utf8))
            }
        }

        @Test("base58check is read and refused alike") func base58Check() throws {
            for vector in vectors.base58check {
                let text = Array(vector.encoded.utf8)
                switch try Base58Check.decode(text.span) {
                case .payload(let payload): #expect(payload.hexText == vector.payloadHex)
                case .wrongChecksum, .notBase58: #expect(vector.payloadHex == nil)
                }
                if let raw = vector.rawWithChecksumHex {
                    #expect(try SealedBundle.base58([UInt8](hex: raw)) == vector.encoded)
                }
            }
        }

        @Test("public keys are decompressed, compressed, made and refused alike") func publicKeys() throws {
            for vector in vectors.publicKeys {
                if let scalar = vector.privateKey, let compressed = vector.compressed {
                    let publicKey = try TestFrame.makeKey([UInt8](hex: scalar)).publicKey.description
                    #expect(publicKey == compressed)
                } else if let compressed = vector.compressed {
                    let uncompressed = try decompress([UInt8](hex: compressed))?.hexText
                    #expect(uncompressed == (vector.error == nil ? vector.uncompressed : nil))
                } else if let uncompressed = vector.uncompressed, vector.error != nil {
                    let bytes = try [UInt8](hex: uncompressed)
                    #expect(try decompress(SealedBundle.compress(bytes)) != bytes)
                }
            }
            #expect(vectors.publicKeys.count == 7)
        }

        private func decompress(_ bytes: [UInt8]) throws -> [UInt8]? {
            guard let point = try Point.decompress(bytes.span) else { return nil }
            return point.uncompressed
        }
    }
}

extension Secret {
    /// For vectors, whose secrets are none.
    var hexText: String { withBytes { $0.hexText } }
}
