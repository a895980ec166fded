// SPDX-License-Identifier: Apache-2.0

/// Addresses of 20 bytes, read from texts of `0x` and 40 hex digits.
struct AddressTable: Hashable, Sendable {
    private var table = TextTable()

    /// Reads the addresses; nil if a text is not one.
    init?(_ texts: [Text]) {
        for text in texts {
            guard text.bytes.span.isAddress else { return nil }
            var address: [UInt8] = []
            for index in 0..<20 {
                let (high, low) = (text.bytes[2 + index * 2].hexValue ?? 0, text.bytes[3 + index * 2].hexValue ?? 0)
                address.append(high << 4 | low)
            }
            table.insert(address.span)
        }
    }

    func contains(_ address: InlineArray<20, UInt8>) -> Bool { table.number(of: address.span) != nil }

    /// Whether it contains every address of the other.
    func contains(allOf other: Self) -> Bool {
        (0..<other.table.count).allSatisfy { table.number(of: other.table.text($0).span) != nil }
    }
}

extension Span<UInt8> {
    /// Whether the text is `0x` and 40 hex digits.
    var isAddress: Bool {
        guard count == 42, self[0] == UInt8(ascii: "0"), self[1] == UInt8(ascii: "x") else { return false }
        for index in 2..<42 where self[index].hexValue == nil { return false }
        return true
    }
}
