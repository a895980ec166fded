// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("The digest of a payload") struct PayloadDigestTests {
        /// FIPS 180-4's own example: SHA-256 of "abc".
        private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

        private static func digest(_ hex: String) -> PayloadDigest? { PayloadDigest(hex: hex.utf8.span) }

        @Test("it is the SHA-256, and its 64 lower-case hex digits are read back")
        func hash() throws {
            let digest = try PayloadHasher().hash("abc".utf8.span)
            var text: [UInt8] = []
            digest.appendHex(to: &text)
            #expect(String(decoding: text, as: UTF8.self) == Self.abc)
            #expect(Self.digest(Self.abc) == digest)
        }

        @Test("one other bit anywhere is another one") func differs() throws {
            let digest = try PayloadHasher().hash("abc".utf8.span)
            for index in 0..<64 {
                var digits = Array(Self.abc.utf8)
                digits[index] = digits[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(Self.digest(String(decoding: digits, as: UTF8.self)) != digest)
            }
        }

        @Test(
            "anything but 64 lower-case hex digits is none",
            arguments: ["", String(abc.dropLast()), abc + "0", abc.uppercased(), "g" + abc.dropFirst()]
        )
        func refused(_ text: String) { #expect(Self.digest(text) == nil) }
    }
}
