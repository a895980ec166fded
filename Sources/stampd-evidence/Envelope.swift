// SPDX-License-Identifier: Apache-2.0
import Varlink

/// The document that carries a card with its host's evidence: `{"card":"<base64url>","evidence":"<armored SSHSIG>"}`.
enum Envelope {
    /// Writes the document.
    ///
    /// - Parameters:
    ///   - card: The card's exact bytes.
    ///   - evidence: An armored signature: printable ASCII and line ends.
    /// - Returns: JSON, its members in this order.
    static func write(card: [UInt8], evidence: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("card", base64URL(card))
            members.member("evidence", utf8: evidence.span)
        }
        return writer.bytes
    }

    /// Encodes bytes in base64url without padding (RFC 4648 §5).
    static func base64URL(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | UInt32(offset < group.count ? group[start + offset] : 0) }
            for digit in 0...group.count { text.append(alphabet[Int(bits >> (18 - 6 * digit) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
