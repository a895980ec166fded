// SPDX-License-Identifier: Apache-2.0
package import FoundationEssentials
package import Varlink

/// A JSON text from a person, a file or the network that can be read in one way only.
///
/// Foundation's reader alone would accept a repeated member, a trailing comma and UTF-16. So the signer's strict reader
/// checks every byte first, once; Foundation then decodes values of the checked text.
package struct StrictJSON: Sendable {
    /// How many objects and arrays may be nested: more than any answer of the API or of a frame, or any file, needs.
    package static let maximumDepth = 64

    /// The checked text.
    package let text: Data

    /// Checks a text.
    ///
    /// - Throws: `JSONError` with the first fault and its place.
    package init(_ text: Data) throws(JSONError) {
        let bytes = Array(text)
        try JSONReader.check(bytes.span, maximumDepth: Self.maximumDepth)
        self.text = text
    }

    /// Checks a text that must be one object.
    ///
    /// - Throws: `JSONError`; `.wrongType` for another value.
    package init(object text: Data) throws(JSONError) {
        try self.init(text)
        let start = text.firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? text.startIndex
        guard text[start] == UInt8(ascii: "{") else {
            throw JSONError(reason: .wrongType, offset: start - text.startIndex)
        }
    }

    /// Decodes a value of the text.
    ///
    /// - Throws: `.shape`.
    package func decode<Value: Decodable>(_ type: Value.Type) throws(StrictJSONError) -> Value {
        do { return try JSONDecoder().decode(type, from: text) } catch { throw .shape }
    }

    /// Checks a text and decodes one value of it.
    ///
    /// - Throws: `StrictJSONError`.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from text: Data
    ) throws(StrictJSONError) -> Value {
        let json: StrictJSON
        do throws(JSONError) { json = try StrictJSON(text) } catch { throw .text(detail: error.message) }
        return try json.decode(type)
    }
}

/// The reasons to refuse a JSON text.
package enum StrictJSONError: Error {
    /// The text is not one JSON value in UTF-8, or has a repeated member. `detail` says where, and repeats none of it.
    case text(detail: String)
    /// A member is missing, or has another type.
    case shape

    /// Where the text is faulty; `nil` if only its shape is.
    package var detail: String? {
        switch self {
        case .text(let detail): detail
        case .shape: nil
        }
    }
}
