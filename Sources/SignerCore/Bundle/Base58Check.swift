// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// base58check: base58 in Bitcoin's alphabet over `payload ‖ first four bytes of SHA-256(SHA-256(payload))`.
enum Base58Check {
    enum Decoded {
        case payload([UInt8])
        case wrongChecksum
        /// A character outside the alphabet.
        case notBase58
    }

    static let checksumByteCount = 4

    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func isAlphabet(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where !alphabet.contains(text[index]) { return false }
        return true
    }

    /// Decodes text whose length the caller has bounded, since the work grows with its square.
    static func decode(_ text: Span<UInt8>) throws(CryptoError) -> Decoded {
        guard let bytes = decodeBase58(text) else { return .notBase58 }
        // Text too short for a checksum decodes to no bytes: a length that no caller accepts.
        guard bytes.count >= checksumByteCount else { return .payload([]) }
        let payload = Array(bytes.dropLast(checksumByteCount))
        let digest = try DigestContext.make()
        let once = try digest.hash(payload.span)
        let twice = try digest.hash(once.span)
        for index in 0..<checksumByteCount where bytes[payload.count + index] != twice[index] { return .wrongChecksum }
        return .payload(payload)
    }

    /// Decodes the digits alone: each leading `1` is a zero byte, the rest is one number in base 58, most significant
    /// digit first.
    private static func decodeBase58(_ text: Span<UInt8>) -> [UInt8]? {
        var zeroCount = 0
        while zeroCount < text.count, text[zeroCount] == UInt8(ascii: "1") { zeroCount += 1 }
        var littleEndian: [UInt8] = []
        for index in zeroCount..<text.count {
            guard let digit = alphabet.firstIndex(of: text[index]) else { return nil }
            var carry = digit
            for position in littleEndian.indices {
                carry += Int(littleEndian[position]) * 58
                littleEndian[position] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry > 0 { littleEndian.append(UInt8(truncatingIfNeeded: carry)) }
        }
        return [UInt8](repeating: 0, count: zeroCount) + littleEndian.reversed()
    }
}
