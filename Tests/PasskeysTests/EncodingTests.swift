// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Testing

@Suite("Base64url and hexadecimal have one spelling")
struct EncodingTests {
    @Test("base64url", arguments: [("hello from TKHQ!", "aGVsbG8gZnJvbSBUS0hRIQ"), ("hello", "aGVsbG8"), ("", "")])
    func base64url(_ text: String, _ encoded: String) {
        #expect(Base64URL.encode(Data(text.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Data(text.utf8))
    }

    @Test(
        "base64url refuses the other alphabet, padding, and bits set behind the last byte",
        arguments: ["aGVsbG8=", "aGVsbG9", "AB", "AAB", "+/", "+/8", "a", "a b", "é", "=", "AAAA\n", "AA\0A"]
    )
    func notBase64url(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(
        "hexadecimal is even and of its alphabet",
        arguments: [("00ff", true), ("", true), ("0", false), ("0g", false), ("é", false)]
    )
    func hexadecimal(_ text: String, _ isValid: Bool) {
        #expect((Hexadecimal.decode(text) != nil) == isValid)
    }
}
