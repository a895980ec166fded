// SPDX-License-Identifier: Apache-2.0
import Foundation
import Varlink

/// A JSON value that can be read in one way only: no name twice in an object, nothing behind the value, UTF-8 alone.
enum JSONValue {
    /// An object's members, in the order of the bytes.
    struct Object {
        struct Member {
            let name: String
            let value: JSONValue
        }

        var members: [Member] = []

        subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }
    }

    /// How many objects and arrays may be nested: more than any request or client data needs.
    static let maximumDepth = 64

    case object(Object)
    case array([JSONValue])
    case text(String)
    case bool(Bool)
    case number
    case null

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// Reads an object.
    ///
    /// - Throws: `.notStrictJSON`.
    static func readObject(_ bytes: Data) throws(UnclearRequest) -> Object {
        let bytes = Array(bytes)
        do throws(JSONError) {
            var reader = JSONReader(bytes.span, maximumDepth: maximumDepth)
            let object = try readObject(&reader, bytes.count)
            try reader.end()
            return object
        } catch {
            throw .notStrictJSON(detail: error.message)
        }
    }

    private static func readObject(_ reader: inout JSONReader, _ limit: Int) throws(JSONError) -> Object {
        var (object, cursor) = (Object(), try reader.beginObject())
        while let name = try reader.nextName(in: &cursor) {
            let name = try reader.text(name, maximumByteCount: limit)
            object.members.append(Object.Member(name: name, value: try read(&reader, limit)))
        }
        return object
    }

    private static func read(_ reader: inout JSONReader, _ limit: Int) throws(JSONError) -> JSONValue {
        var ahead = reader
        let token = try ahead.value()
        switch token.kind {
        case .object: return .object(try readObject(&reader, limit))
        case .array:
            var (elements, cursor) = ([JSONValue](), try reader.beginArray())
            while try reader.nextElement(in: &cursor) { elements.append(try read(&reader, limit)) }
            return .array(elements)
        default:
            _ = try reader.value()
            switch token.kind {
            case .string: return .text(try reader.text(token, maximumByteCount: limit))
            case .bool: return .bool(try reader.bool(token))
            case .null: return .null
            default: return .number
            }
        }
    }
}
