// SPDX-License-Identifier: Apache-2.0

/// An item of Ethereum's recursive length prefix encoding (yellow paper, appendix B).
enum RLP: Sendable, Hashable {
    case bytes([UInt8])
    case list([RLP])

    /// The most lists within lists; a transaction needs four.
    private static let maximumDepth = 8

    /// Reads bytes that are exactly one item in its canonical encoding; `nil` for anything else.
    init?(_ bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        guard let item = Self.read(&rest, depth: 0), rest.isEmpty else { return nil }
        self = item
    }

    /// Encodes an unsigned number, big-endian without leading zeros; 0 is empty.
    init(number: some Sequence<UInt8>) {
        self = .bytes(Array(number.drop { $0 == 0 }))
    }

    var encoded: [UInt8] {
        switch self {
        case .bytes(let bytes):
            if bytes.count == 1, bytes[0] < 0x80 { return bytes }
            return Self.prefix(0x80, count: bytes.count) + bytes
        case .list(let items):
            let payload = items.flatMap(\.encoded)
            return Self.prefix(0xC0, count: payload.count) + payload
        }
    }

    private static func prefix(_ base: UInt8, count: Int) -> [UInt8] {
        guard count > 55 else { return [base + UInt8(count)] }
        let length = count.bigEndianBytes
        return [base + 55 + UInt8(length.count)] + length
    }

    private static func read(_ rest: inout ArraySlice<UInt8>, depth: Int) -> RLP? {
        guard depth < maximumDepth, let first = rest.popFirst() else { return nil }
        if first < 0x80 { return .bytes([first]) }
        let isList = first >= 0xC0
        guard let count = readCount(first - (isList ? 0xC0 : 0x80), from: &rest), count <= rest.count else {
            return nil
        }
        var payload = rest.prefix(count)
        rest = rest.dropFirst(count)
        guard isList else {
            // A single byte below 0x80 must be encoded as itself.
            if count == 1, let byte = payload.first, byte < 0x80 { return nil }
            return .bytes(Array(payload))
        }
        var items: [RLP] = []
        while !payload.isEmpty {
            guard let item = read(&payload, depth: depth + 1) else { return nil }
            items.append(item)
        }
        return .list(items)
    }

    /// Reads the length of a payload, from its first byte less the base of its kind.
    private static func readCount(_ code: UInt8, from rest: inout ArraySlice<UInt8>) -> Int? {
        guard code > 55 else { return Int(code) }
        let length = rest.prefix(Int(code) - 55)
        guard length.count == Int(code) - 55, length.first != 0, length.count < 8 else { return nil }
        rest = rest.dropFirst(length.count)
        let count = length.reduce(0) { $0 << 8 | Int($1) }
        return count > 55 ? count : nil
    }
}

extension FixedWidthInteger {
    /// The number in big-endian bytes without leading zeros; 0 is empty.
    var bigEndianBytes: [UInt8] {
        let bytes = (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
        return Array(bytes.drop { $0 == 0 })
    }
}
