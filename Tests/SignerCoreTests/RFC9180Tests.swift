// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

/// CFRG's vector of the suite; the members are named as there.
private struct RFC9180Vector: Decodable {
    struct Encryption: Decodable {
        let aad: String
        let nonce: String
        let ct: String
        let pt: String
    }

    struct KEM: Decodable {
        let skRm: String
        let pkRm: String
        let enc: String
        let sharedSecret: String
    }

    let info: String
    let skRm: String
    let pkRm: String
    let enc: String
    let sharedSecret: String
    let key: String
    let baseNonce: String
    let encryptions: [Encryption]
    let kem: KEM

    var ownKEM: KEM { KEM(skRm: skRm, pkRm: pkRm, enc: enc, sharedSecret: sharedSecret) }
}

extension SignerCoreTests {
    @Suite("HPKE is RFC 9180's, base mode") struct RFC9180Tests {
        private let vector: RFC9180Vector

        init() throws { vector = try Fixture.read("rfc9180.json") }

        @Test("Decap gives the vectors' shared secrets") func decapsulation() throws {
            for kem in [vector.ownKEM, vector.kem] {
                let recipient = try TestFrame.makeKey([UInt8](hex: kem.skRm))
                let publicKey = recipient.uncompressedPublicKey.hexText
                #expect(publicKey == kem.pkRm)
                let shared = try HPKE.decapsulate(point(kem.enc), recipient: recipient).hexText
                #expect(shared == kem.sharedSecret)
            }
        }

        @Test("the key schedule gives the vector's key and base nonce") func schedule() throws {
            let context = try makeSchedule()
            let (key, nonce) = (context.key.hexText, context.baseNonce.hexText)
            #expect(key == vector.key)
            #expect(nonce == vector.baseNonce)
        }

        @Test("the first message opens, whole, and with nothing changed") func open() throws {
            let message = try #require(vector.encryptions.first)
            let recipient = try TestFrame.makeKey([UInt8](hex: vector.skRm))
            let ciphertext = try [UInt8](hex: message.ct)
            let plaintext = try open(ciphertext, recipient, aad: [UInt8](hex: message.aad))
            #expect(plaintext == message.pt)
            for index in ciphertext.indices {
                var changed = ciphertext
                changed[index] ^= 1
                #expect(try open(changed, recipient, aad: [UInt8](hex: message.aad)) == nil)
            }
            #expect(try open(ciphertext, recipient, aad: []) == nil)
        }

        @Test("the first ten messages open under their nonces, and under no other") func messages() throws {
            let context = try makeSchedule()
            #expect(vector.encryptions.count == 10)
            for message in vector.encryptions {
                let ciphertext = try [UInt8](hex: message.ct)
                let aad = try [UInt8](hex: message.aad)
                let nonce = try Secret(copying: [UInt8](hex: message.nonce))
                #expect(try GCM.open(ciphertext.span, key: context.key, nonce: nonce, aad: aad).hexText == message.pt)
                let other = try Secret(byteCount: 12)
                #expect(try GCM.open(ciphertext.span, key: context.key, nonce: other, aad: aad).hexText == nil)
            }
        }

        @Test("what is shorter than a tag opens to nothing", arguments: 0..<16) func tooShort(_ byteCount: Int) throws {
            let ciphertext = [UInt8](repeating: 0, count: byteCount)
            let context = try makeSchedule()
            #expect(try GCM.open(ciphertext.span, key: context.key, nonce: context.baseNonce, aad: []).hexText == nil)
        }

        private func point(_ uncompressed: String) throws -> Point {
            let compressed = try SealedBundle.compress([UInt8](hex: uncompressed))
            guard let point = try Point.decompress(compressed.span) else { throw NotHex(text: uncompressed) }
            return point
        }

        private func makeSchedule() throws -> HPKE {
            try HPKE.schedule(
                sharedSecret: Secret(copying: [UInt8](hex: vector.sharedSecret)),
                scheduleContext: HPKE.makeScheduleContext(info: [UInt8](hex: vector.info))
            )
        }

        private func open(_ ciphertext: [UInt8], _ recipient: borrowing PrivateKey, aad: [UInt8]) throws -> String? {
            try HPKE.open(
                ciphertext.span,
                encapsulatedKey: point(vector.enc),
                recipient: recipient,
                scheduleContext: HPKE.makeScheduleContext(info: [UInt8](hex: vector.info)),
                aad: aad
            ).hexText
        }
    }
}

extension Optional where Wrapped == Secret {
    fileprivate var hexText: String? {
        switch self {
        case .some(let secret): secret.hexText
        case .none: nil
        }
    }
}
