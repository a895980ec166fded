// SPDX-License-Identifier: Apache-2.0
import Foundation

typealias JSONObject = [String: JSONValue]

/// A JSON value (RFC 8259). Strings and 64-bit integers are preserved exactly.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number with a fraction, or beyond Int64.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let elements): try container.encode(elements)
        case .object(let object): try container.encode(object)
        }
    }
}

extension JSONValue {
    /// The same value without members that are null, at every depth.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let object): .object(object.withoutNulls)
        case .array(let elements): .array(elements.map(\.withoutNulls))
        case .null, .bool, .integer, .number, .string: self
        }
    }
}

extension JSONObject {
    /// Reads bytes that are one object, strictly.
    init(reading bytes: Data) throws(NotJSON) {
        guard case .object(let object) = try JSONParser.read(bytes) else { throw NotJSON(offset: 0) }
        self = object
    }

    /// Encodes the object with its members sorted by name, so that equal objects give equal bytes.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// The same object without members that are null, at every depth.
    var withoutNulls: JSONObject { filter { $0.value != .null }.mapValues(\.withoutNulls) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) {
        self = .string(value)
    }

    init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements) { _, last in last })
    }
}
