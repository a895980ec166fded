// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The CBOR (RFC 8949) of CTAP 2: integers, byte and text strings, arrays, maps, booleans.
enum CBOR: Hashable {
    case integer(Int)
    case bytes(Data)
    case text(String)
    case array([CBOR])
    case map([CBOR: CBOR])
    case bool(Bool)

    /// In CTAP 2's canonical form: shortest heads, keys by length and then by their bytes.
    var encoded: Data {
        switch self {
        case .integer(let value): value >= 0 ? Self.head(0, value) : Self.head(1, -1 - value)
        case .bytes(let bytes): Self.head(2, bytes.count) + bytes
        case .text(let text): Self.head(3, text.utf8.count) + Data(text.utf8)
        case .array(let items): items.reduce(Self.head(4, items.count)) { $0 + $1.encoded }
        case .map(let members):
            members.map { ($0.key.encoded, $0.value.encoded) }
                .sorted { $0.0.count != $1.0.count ? $0.0.count < $1.0.count : $0.0.lexicographicallyPrecedes($1.0) }
                .reduce(Self.head(5, members.count)) { $0 + $1.0 + $1.1 }
        case .bool(let value): Data([value ? 0xF5 : 0xF4])
        }
    }

    /// `nil` for what is not one whole item.
    init?(_ data: Data) {
        var rest = Array(data)[...]
        guard let value = Self.read(&rest), rest.isEmpty else { return nil }
        self = value
    }

    subscript(_ key: Int) -> CBOR? { members?[.integer(key)] }
    subscript(_ key: String) -> CBOR? { members?[.text(key)] }

    var members: [CBOR: CBOR]? { if case .map(let members) = self { members } else { nil } }
    var items: [CBOR]? { if case .array(let items) = self { items } else { nil } }
    var data: Data? { if case .bytes(let bytes) = self { bytes } else { nil } }
    var string: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int? { if case .integer(let value) = self { value } else { nil } }
    var flag: Bool? { if case .bool(let value) = self { value } else { nil } }

    private static func head(_ major: UInt8, _ value: Int) -> Data {
        switch value {
        case 0..<24: Data([major << 5 | UInt8(value)])
        case 24..<256: Data([major << 5 | 24, UInt8(value)])
        default: Data([major << 5 | 25, UInt8(value >> 8), UInt8(value & 255)])
        }
    }

    private static func read(_ rest: inout ArraySlice<UInt8>) -> CBOR? {
        guard let first = rest.popFirst() else { return nil }
        let (major, information) = (first >> 5, Int(first & 31))
        if major == 7 { return information == 20 || information == 21 ? .bool(information == 21) : nil }
        guard let value = readValue(information, &rest) else { return nil }
        switch major {
        case 0: return .integer(value)
        case 1: return .integer(-1 - value)
        case 2: return take(value, &rest).map { .bytes(Data($0)) }
        case 3: return take(value, &rest).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
        case 4: return readItems(value, &rest).map { .array($0) }
        case 5: return readItems(2 * value, &rest).map(makeMap)
        default: return nil
        }
    }

    private static func readValue(_ information: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        guard information >= 24 else { return information }
        guard information < 28, let bytes = take(1 << (information - 24), &rest) else { return nil }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func readItems(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> [CBOR]? {
        var items: [CBOR] = []
        for _ in 0..<count {
            guard let item = read(&rest) else { return nil }
            items.append(item)
        }
        return items
    }

    private static func makeMap(_ items: [CBOR]) -> CBOR {
        .map(
            Dictionary(
                stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) },
                uniquingKeysWith: { $1 }
            )
        )
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
