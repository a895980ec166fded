// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("swift-crypto's HPKE and ours understand each other") struct HPKEInteroperationTests {
        @Test("bundles of swift-crypto open, in both spellings, for 200 random pairs of keys") func randomKeys() throws
        {
            var generator = SeededGenerator(for: "HPKEInteroperationTests.randomKeys")
            for _ in 0..<200 {
                let embedded = try scalar(using: &generator) { _ in true }
                let credential = try TestCredential(scalar: scalar(using: &generator) { _ in true })
                try expectOpens(credential, embeddedScalar: embedded)
            }
        }

        @Test("scalars, embedded and sealed, may begin with 1 to 31 zero bytes") func shortScalars() throws {
            var generator = SeededGenerator(for: "HPKEInteroperationTests.shortScalars")
            for zeroByteCount in 1...31 {
                let zeros = [UInt8](repeating: 0, count: zeroByteCount)
                let short = zeros + [1] + generator.bytes(31 - zeroByteCount)
                let whole = try scalar(using: &generator) { _ in true }
                try expectOpens(TestCredential(scalar: short), embeddedScalar: whole)
                try expectOpens(TestCredential(scalar: whole), embeddedScalar: short)
            }
        }

        /// About one key in 256 has such an x; it is the embedded key's, the credential's, and the encapsulated key's.
        @Test("x-coordinates may begin with a zero byte, wherever there is one") func shortCoordinates() throws {
            var generator = SeededGenerator(for: "HPKEInteroperationTests.shortCoordinates")
            let short = try scalar(using: &generator) { $0[1] == 0 }
            let whole = try scalar(using: &generator) { $0[1] != 0 }
            try expectOpens(TestCredential(scalar: short), embeddedScalar: whole)
            try expectOpens(TestCredential(scalar: whole), embeddedScalar: short)
            try expectOpensWhere { $0[1] == 0 }
        }

        @Test("y-coordinates may begin with a zero byte in the embedded key") func shortY() throws {
            var generator = SeededGenerator(for: "HPKEInteroperationTests.shortY")
            let short = try scalar(using: &generator) { $0[33] == 0 }
            try expectOpens(TestCredential(), embeddedScalar: short)
        }

        @Test("what our key schedule seals with, swift-crypto opens") func otherWay() throws {
            let recipient = P256.KeyAgreement.PrivateKey()
            let publicKey = Array(recipient.publicKey.x963Representation)
            for _ in 0..<50 {
                let credential = TestCredential()
                let sealed = try OwnSeal(sealing: credential.secret(), to: publicKey)
                let enc = Data(sealed.encapsulatedKey)
                var opener = try Crypto.HPKE.Recipient(
                    privateKey: recipient,
                    ciphersuite: .P256_SHA256_AES_GCM_256,
                    info: Data("turnkey_hpke".utf8),
                    encapsulatedKey: enc
                )
                let plaintext = try opener.open(Data(sealed.ciphertext), authenticating: enc + publicKey)
                #expect(Array(plaintext) == credential.scalar)
            }
        }

        private func expectOpens(_ credential: TestCredential, embeddedScalar: [UInt8]) throws {
            let frame = try TestFrame.with(embeddedScalar: embeddedScalar)
            let sealed = try credential.sealed(to: frame.embeddedPublicKey())
            for spelling in [sealed.base58Check, sealed.base64URL] {
                #expect(try frame.inject(spelling).publicKey == credential.publicKey)
            }
            #expect(try StampText(frame.stamp(Array("p".utf8))).isValid(for: Array("p".utf8)))
        }

        /// Seals until the encapsulated key, uncompressed, is as wanted.
        private func expectOpensWhere(encapsulatedKey isWanted: ([UInt8]) -> Bool) throws {
            let frame = try TestFrame.ready()
            let credential = TestCredential()
            var sealed = try credential.sealed(to: frame.embeddedPublicKey())
            while !isWanted(sealed.bytes) { sealed = try credential.sealed(to: frame.embeddedPublicKey()) }
            #expect(try frame.inject(sealed.base58Check).publicKey == credential.publicKey)
        }

        /// Draws scalars until the public key, uncompressed, is as wanted.
        private func scalar(
            using generator: inout SeededGenerator,
            where isWanted: ([UInt8]) -> Bool
        ) throws -> [UInt8] {
            while true {
                let scalar = generator.bytes(32)
                guard let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar) else { continue }
                if isWanted(Array(key.publicKey.x963Representation)) { return scalar }
            }
        }
    }
}
