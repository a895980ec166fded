// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A stamp is an ECDSA signature in its format") struct SignatureTests {
        /// Minimal DER and the exact JSON are what `StampText` reads; anything else throws.
        @Test("2,000 stamps verify, with nonces that never repeat, short integers and high S among them")
        func stamps() throws {
            let frame = try TestFrame.ready()
            let credential = TestCredential()
            try frame.inject(credential)
            var rs: Set<[UInt8]> = []
            var count = 0
            var highCount = 0
            var shortCount = 0
            // One integer in 512 is short: that none is among 2,000 stamps happens once in 2,500 runs.
            for index in 0..<20_000 where index < 2_000 || shortCount == 0 {
                let payload = Array("{\"n\":\(index / 2)}".utf8)  // each twice: a nonce is no function of the payload
                let stamp = try StampText(frame.stamp(payload))
                #expect(stamp.publicKeyHex == credential.publicKey.description)
                #expect(try stamp.isValid(for: payload))
                rs.insert(stamp.r)
                count += 1
                highCount += stamp.isHighS ? 1 : 0
                shortCount += stamp.integerByteCounts.contains { $0 < 32 } ? 1 : 0
            }
            print("\(count) stamps: \(highCount) with high S, \(shortCount) with an integer below 32 bytes")
            #expect(count >= 2_000 && rs.count == count)
            #expect((count * 4 / 10...count * 6 / 10).contains(highCount))
            #expect(shortCount > 0)
        }

        @Test(
            "a payload of any length is stamped as it is",
            arguments: [0, 1, 55, 56, 63, 64, 65, 119, 120, 4_096, 1_048_576]
        )
        func lengths(_ byteCount: Int) throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential())
            let payload = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let stamp = try StampText(frame.stamp(payload))
            #expect(try stamp.isValid(for: payload))
            #expect(try !stamp.isValid(for: payload + [0]))
        }

        @Test("a stamp is appended to what is there") func appends() throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential())
            var text = Array("X-Stamp: ".utf8)
            let (payload, now) = (Array("{}".utf8), frame.now)
            try frame.frame.stamp(
                payload.span,
                session: .default,
                expecting: nil,
                at: now,
                clock: { now },
                to: &text
            )
            let line = String(decoding: text, as: UTF8.self)
            #expect(line.hasPrefix("X-Stamp: "))
            #expect(try StampText(String(line.dropFirst(9))).isValid(for: payload))
        }

        @Test("a stamp of one key does not verify under another") func otherKey() throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential(), as: "a")
            try frame.inject(TestCredential(), as: "b")
            let (a, b) = try (StampText(frame.stamp(as: "a")), StampText(frame.stamp(as: "b")))
            let mixed =
                #"{"publicKey":"\#(b.publicKeyHex)","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":"\#(a.der.hexText)"}"#
            #expect(try !StampText(SealedBundle.base64URL(Array(mixed.utf8))).isValid(for: Array("{}".utf8)))
        }
    }
}
