// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// A CBOR data item (RFC 8949) of the kinds that attestation objects, COSE keys and extensions are made of.
package indirect enum CBORValue: Sendable, Hashable {
    case unsigned(UInt64)
    /// The integer −1 − n.
    case negative(UInt64)
    case bytes(Data)
    case text(String)
    case array([CBORValue])
    /// The map's entries; keys differ.
    case map([CBORValue: CBORValue])
    case bool(Bool)
    case null
}

/// The faults of bytes that are not CBOR as CTAP2 writes it.
package enum CBORError: Error, Equatable {
    case truncated
    case trailingBytes
    /// An indefinite length, a tag, a float, or another simple value.
    case unsupported
    /// A head that is longer than its number needs.
    case notMinimal
    case repeatedKey
    case invalidUTF8
    case tooDeep(limit: Int)
}

/// Reads the CBOR of authenticators, strictly (CTAP2 canonical form, but for the order of keys): definite lengths,
/// shortest heads, no tags or floats, each key of a map once.
package struct CBORReader {
    /// The most levels of maps and arrays, as CTAP2 allows.
    static let depthLimit = 4

    /// The bytes not read yet.
    private(set) var rest: Data.SubSequence

    /// Reads `bytes` as one item with nothing behind it.
    package static func read(_ bytes: Data) throws(CBORError) -> CBORValue {
        var reader = CBORReader(bytes)
        let value = try reader.value()
        guard reader.rest.isEmpty else { throw .trailingBytes }
        return value
    }

    init(_ bytes: Data) {
        rest = bytes[...]
    }

    /// Reads the item at the front.
    mutating func value() throws(CBORError) -> CBORValue {
        try value(depth: 0)
    }
}

extension CBORReader {
    private mutating func value(depth: Int) throws(CBORError) -> CBORValue {
        guard depth <= Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
        let initial = try byte()
        if initial >> 5 == 7 { return try simple(initial) }
        let argument = try argument(initial & 31)
        switch initial >> 5 {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(try bytes(argument))
        case 3: return .text(try text(argument))
        case 4: return .array(try array(argument, depth: depth + 1))
        case 5: return .map(try map(argument, depth: depth + 1))
        default: throw .unsupported
        }
    }

    private func simple(_ initial: UInt8) throws(CBORError) -> CBORValue {
        switch initial {
        case 0xF4: return .bool(false)
        case 0xF5: return .bool(true)
        case 0xF6: return .null
        default: throw .unsupported
        }
    }

    /// Reads the number in an item's head (RFC 8949 §3), in its shortest form only (§4.2.1).
    private mutating func argument(_ additional: UInt8) throws(CBORError) -> UInt64 {
        guard additional >= 24 else { return UInt64(additional) }
        guard additional <= 27 else { throw .unsupported }
        let width = 1 << Int(additional - 24)
        let number = try bytes(UInt64(width)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let smallest: UInt64 = width == 1 ? 24 : 1 << (4 * UInt64(width))
        guard number >= smallest else { throw .notMinimal }
        return number
    }

    private mutating func array(_ count: UInt64, depth: Int) throws(CBORError) -> [CBORValue] {
        var values: [CBORValue] = []
        // Each element has at least one byte, so a count beyond the rest ends in `truncated`, not in an allocation.
        for _ in 0..<(try plausible(count)) {
            values.append(try value(depth: depth))
        }
        return values
    }

    private mutating func map(_ count: UInt64, depth: Int) throws(CBORError) -> [CBORValue: CBORValue] {
        var values: [CBORValue: CBORValue] = [:]
        for _ in 0..<(try plausible(count)) {
            let key = try value(depth: depth)
            guard values.updateValue(try value(depth: depth), forKey: key) == nil else { throw .repeatedKey }
        }
        return values
    }

    private mutating func text(_ count: UInt64) throws(CBORError) -> String {
        guard let text = String(validating: try bytes(count), as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    private mutating func bytes(_ count: UInt64) throws(CBORError) -> Data {
        let count = try plausible(count)
        defer { rest = rest.dropFirst(count) }
        return Data(rest.prefix(count))
    }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    private func plausible(_ count: UInt64) throws(CBORError) -> Int {
        guard count <= UInt64(rest.count) else { throw .truncated }
        return Int(count)
    }
}
