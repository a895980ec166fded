// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("Names, claims, keys and base64url have one spelling") struct TextTests {
        @Test(
            "a session's name is 1 to 64 of a-z 0-9 . _ -",
            arguments: [
                ("a", true), ("0", true), (".", true), ("_", true), ("-", true), ("abc.def_ghi-0", true),
                (String(repeating: "z", count: 64), true), (String(repeating: "z", count: 65), false), ("", false),
                ("A", false), (" a", false), ("a ", false), ("a/b", false), ("ä", false), ("a\0", false),
                ("a\n", false),
            ]
        )
        func sessionNames(_ text: String, _ isName: Bool) {
            let name = SessionName(Array(text.utf8).span)
            #expect(name?.description == (isName ? text : nil))
        }

        @Test("every byte outside the alphabet of names is refused") func nameBytes() {
            let alphabet = Set("abcdefghijklmnopqrstuvwxyz0123456789._-".utf8)
            for byte in UInt8.min...UInt8.max {
                let name = SessionName([UInt8(ascii: "a"), byte].span)
                #expect((name != nil) == alphabet.contains(byte), "\(byte)")
            }
        }

        @Test("names are ordered as their bytes") func order() {
            let names: [SessionName] = ["-", ".", "0", "a", "a-", "a0", "aa", "b"]
            #expect(names.shuffled().sorted() == names)
        }

        @Test("a claim is at most 128 bytes of printable ASCII") func claims() {
            for byte in UInt8.min...UInt8.max {
                #expect((Claim([byte].span) != nil) == (0x20...0x7e).contains(byte))
            }
            #expect(Claim([UInt8](repeating: 0x20, count: 128).span) != nil)
            #expect(Claim([UInt8](repeating: 0x20, count: 129).span) == nil)
        }

        @Test("a public key is 66 lower-case hex digits that begin with 02 or 03") func publicKeys() throws {
            let credential = TestCredential()
            let text = credential.publicKey.description
            #expect(PublicKey(hex: Array(text.utf8).span) == credential.publicKey)
            let flipped = (text.hasPrefix("02") ? "03" : "02") + text.dropFirst(2)
            #expect(PublicKey(hex: Array(flipped.utf8).span) != credential.publicKey)
            for wrong in [
                text.uppercased() + "", "04" + text.dropFirst(2), String(text.dropLast()), text + "0", "", " " + text,
            ] {
                #expect(wrong == text || PublicKey(hex: Array(wrong.utf8).span) == nil, "\(wrong)")
            }
            for index in 0..<66 {
                var digits = Array(text.utf8)
                digits[index] = UInt8(ascii: "g")
                #expect(PublicKey(hex: digits.span) == nil)
            }
        }

        @Test("base64url comes back as it went, for each length") func base64URL() {
            var generator = SeededGenerator(for: "TextTests.base64URL")
            for length in 0..<200 {
                let bytes = generator.bytes(length)
                var text: [UInt8] = []
                Base64URL.append(bytes, to: &text)
                #expect(String(decoding: text, as: UTF8.self) == SealedBundle.base64URL(bytes))
                #expect(Base64URL.decode(text.span) == bytes)
            }
        }

        @Test("two texts of base64url never spell the same bytes") func oneSpelling() {
            var generator = SeededGenerator(for: "TextTests.oneSpelling")
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            for _ in 0..<2_000 {
                let count = Int.random(in: 0...9, using: &generator)
                let text = (0..<count).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] }
                guard let bytes = Base64URL.decode(text.span) else { continue }
                #expect(SealedBundle.base64URL(bytes) == String(decoding: text, as: UTF8.self))
            }
        }

        @Test("base58check comes back as it went, leading zeros too") func base58Check() throws {
            var generator = SeededGenerator(for: "TextTests.base58Check")
            for length in 0..<100 {
                let bytes = [UInt8](repeating: 0, count: length % 4) + generator.bytes(length)
                guard
                    case .payload(let payload) = try Base58Check.decode(
                        Array(SealedBundle.base58Check(bytes).utf8).span
                    )
                else { throw NotHex(text: bytes.hexText) }
                #expect(payload == bytes)
            }
        }
    }
}
