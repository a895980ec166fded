// SPDX-License-Identifier: Apache-2.0

struct NotHex: Error { let text: String }

extension Array where Element == UInt8 {
    /// Reads lower-case hex.
    init(hex text: String) throws {
        guard text.utf8.count.isMultiple(of: 2) else { throw NotHex(text: text) }
        let digits = Array(text.utf8)
        self = try stride(from: 0, to: digits.count, by: 2).map { index in
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16), pair == pair.lowercased() else { throw NotHex(text: text) }
            return byte
        }
    }
}

extension Sequence where Element == UInt8 {
    /// Lower-case hex.
    var hexText: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
