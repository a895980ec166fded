// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import Testing

@Suite("A key's fingerprint")
struct KeyFingerprintTests {
    @Test("it is the same for both spellings of a key: SHA-256 of the compressed point, ten bytes")
    func spellings() throws {
        let key = P256.Signing.PrivateKey().publicKey
        let digits = SHA256.hash(data: key.compressedRepresentation).prefix(10).map { String(format: "%02X", $0) }
        let expected = stride(from: 0, to: 10, by: 2).map { digits[$0] + digits[$0 + 1] }.joined(separator: "-")
        for point in [key.compressedRepresentation, key.x963Representation] {
            let spelled = point.map { String(format: "%02x", $0) }.joined()
            #expect(KeyFingerprint(publicKey: spelled)?.text == expected)
            #expect(KeyFingerprint(publicKey: String(spelled.dropLast(2))) == nil)
        }
    }

    @Test(
        "what is no point has none",
        arguments: ["", "zz", String(repeating: "0", count: 66), "04" + String(repeating: "f", count: 128)]
    )
    func noPoint(_ text: String) {
        #expect(KeyFingerprint(publicKey: text) == nil)
    }
}
