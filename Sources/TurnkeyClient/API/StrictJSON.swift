// SPDX-License-Identifier: Apache-2.0
import Foundation
import Varlink

/// Reads the API's JSON: one object in UTF-8, by RFC 8259 to the letter, no name twice, nothing behind it.
///
/// Foundation's readers take commas too many, names twice and other encodings, and two readers then read two things.
enum StrictJSON {
    /// Deeper than any answer of the API nests.
    private static let maximumDepth = 64

    /// Checks every byte.
    ///
    /// - Throws: the first thing that is wrong, and where; `.wrongType` for a value that is no object.
    static func check(object data: Data) throws(JSONError) {
        let bytes = Array(data)
        var reader = JSONReader(bytes.span, maximumDepth: maximumDepth)
        let value = try reader.value()
        guard value.kind == .object else { throw JSONError(reason: .wrongType, offset: value.start) }
        try reader.end()
    }

    /// The object as a `Value`; `nil` where it is none.
    static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) -> Value? {
        guard (try? check(object: data)) != nil else { return nil }
        return try? JSONDecoder().decode(type, from: data)
    }
}
