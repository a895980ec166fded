// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A bundle is read without guessing") struct BundleTests {
        let frame: TestFrame
        let sealed: SealedBundle

        init() throws {
            frame = try TestFrame.ready()
            sealed = try TestCredential().sealed(to: frame.embeddedPublicKey())
        }

        private func refusal(_ bundle: String) -> BundleError? {
            do throws(FrameError) {
                try frame.inject(bundle)
                return nil
            } catch {
                guard case .invalidBundle(let reason) = error else {
                    Issue.record("\(error)")
                    return nil
                }
                return reason
            }
        }

        @Test("every flipped bit is refused as a point or by the AEAD, in both spellings, and changes nothing")
        func flippedBits() throws {
            let before = frame.snapshot()
            for index in sealed.bytes.indices {
                for bit in 0..<8 {
                    var changed = sealed
                    changed.bytes[index] ^= 1 << bit
                    let reason = refusal(bit < 4 ? changed.base58Check : changed.base64URL)
                    #expect(reason == .decryption || (index <= 32 && reason == .point), "byte \(index), bit \(bit)")
                }
            }
            #expect(frame.snapshot() == before)
        }

        @Test("no proper prefix of a bundle is one, and nothing may follow") func prefixes() throws {
            let before = frame.snapshot()
            for bundle in [sealed.base58Check, sealed.base64URL] {
                for length in 0..<bundle.count {
                    let reason = refusal(String(bundle.prefix(length)))
                    // 108 characters are read as base64url where base58check does not hold.
                    let isAmbiguous = length == 108 && [.point, .decryption].contains(reason)
                    #expect([.checksum, .length, .encoding].contains(reason) || isAmbiguous, "first \(length)")
                }
                for tail in [" ", "\n", "=", "1", "A", "\0", bundle] {
                    #expect([.checksum, .length, .encoding].contains(refusal(bundle + tail)), "followed by \(tail)")
                    #expect(refusal(tail + bundle) != nil, "after \(tail)")
                }
            }
            #expect(frame.snapshot() == before)
        }

        @Test("only 02 and 03 begin an encapsulated key") func pointPrefixes() {
            for prefix in UInt8.min...UInt8.max where prefix != sealed.bytes[0] {
                var changed = sealed
                changed.bytes[0] = prefix
                #expect(refusal(changed.base64URL) == (prefix == 2 || prefix == 3 ? .decryption : .point))
            }
        }

        @Test("every single character outside both alphabets is refused as such") func characters() {
            let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            for byte in UInt8.min...127 where !alphabet.contains(byte) {
                var text = Array(sealed.base64URL.utf8)
                text[50] = byte
                #expect(refusal(String(decoding: text, as: UTF8.self)) == .encoding, "\(byte)")
            }
        }

        @Test("bytes that are no UTF-8 are refused as such", arguments: [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
        func notUnicode(_ bytes: [UInt8]) throws {
            let text = Array(sealed.base64URL.utf8) + bytes
            #expect(throws: FrameError.invalidBundle(.encoding)) {
                try frame.frame.injectCredentialBundle(
                    text.span,
                    as: SessionRequest(),
                    expecting: nil,
                    at: frame.now
                )
            }
        }

        @Test(
            "a scalar is one of 1 to n-1 and 32 bytes long, or refused",
            arguments: [
                (Array(repeating: UInt8(0), count: 32), BundleError.scalar),
                (Array(repeating: UInt8(0xff), count: 32), .scalar),
                (Self.order, .scalar),
                (Array(repeating: UInt8(1), count: 31), .length),
                (Array(repeating: UInt8(1), count: 33), .length),
                ([], .length),
            ]
        )
        func scalars(_ plaintext: [UInt8], _ reason: BundleError) throws {
            let before = frame.snapshot()
            let bundle = try SealedBundle(sealing: plaintext, to: frame.embeddedPublicKey())
            #expect(refusal(bundle.base58Check) == reason)
            #expect(refusal(bundle.base64URL) == reason)
            #expect(frame.snapshot() == before)
        }

        @Test("a bundle sealed with another info, or to another key, is refused by the AEAD") func notForThisFrame()
            throws
        {
            let scalar = TestCredential().scalar
            let otherInfo = try SealedBundle(sealing: scalar, to: frame.embeddedPublicKey(), info: "turnkey_export")
            let otherKey = try SealedBundle(sealing: scalar, to: TestFrame.ready().embeddedPublicKey())
            #expect(refusal(otherInfo.base58Check) == .decryption)
            #expect(refusal(otherKey.base58Check) == .decryption)
        }

        @Test("a text of 108 base58 characters whose checksum fails is base64url") func ambiguous() throws {
            let isBase58 = { (text: String) in text.utf8.allSatisfy { !Set("0IOl-_".utf8).contains($0) } }
            // About 1 in 30,000 bundles is such a text; the recorded cases hold one. Here only its bytes matter.
            let bytes = [UInt8](repeating: 0x6d, count: 81)
            let text = SealedBundle.base64URL(bytes)
            #expect(isBase58(text) && text.utf8.count == CredentialBundle.base64URLCharacterCount)
            #expect(try CredentialBundle.read(Array(text.utf8).span).bytes == bytes)
        }

        @Test("a megabyte is refused without being decoded") func huge() {
            #expect(refusal(String(repeating: "1", count: 1 << 20)) == .length)
            #expect(refusal(String(repeating: "_", count: 1 << 20)) == .length)
        }

        static let order: [UInt8] = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ]
    }
}
