// SPDX-License-Identifier: Apache-2.0
package import FoundationEssentials
package import Varlink

/// A JSON text that has one reading: what came from a person, a file or the network.
///
/// Foundation's reader alone takes one of two members of one name, a comma too many and UTF-16. So the signer's reader
/// looks at each byte first, once; what is decoded of the text later has been looked at.
package struct StrictJSON: Sendable {
    /// Objects and arrays inside one another. Deeper than any answer of the API or of a frame nests, and any file.
    package static let maximumDepth = 64

    package let text: Data

    /// - Throws: the first thing that is wrong, and where.
    package init(_ text: Data) throws(JSONError) {
        let bytes = Array(text)
        try JSONReader.check(bytes.span, maximumDepth: Self.maximumDepth)
        self.text = text
    }

    /// As above, for one object.
    ///
    /// - Throws: also `.wrongType` for another value.
    package init(object text: Data) throws(JSONError) {
        try self.init(text)
        let start = text.firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? text.startIndex
        guard text[start] == UInt8(ascii: "{") else {
            throw JSONError(reason: .wrongType, offset: start - text.startIndex)
        }
    }

    /// - Throws: `.shape`.
    package func decode<Value: Decodable>(_ type: Value.Type) throws(StrictJSONError) -> Value {
        do { return try JSONDecoder().decode(type, from: text) } catch { throw .shape }
    }

    /// Checks and decodes a text of which nothing else is read.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from text: Data
    ) throws(StrictJSONError) -> Value {
        let json: StrictJSON
        do throws(JSONError) { json = try StrictJSON(text) } catch { throw .text(detail: error.message) }
        return try json.decode(type)
    }
}

/// Why a JSON text was not taken.
package enum StrictJSONError: Error {
    /// It is not one JSON value in UTF-8, or says something twice; `detail` says where, and repeats none of it.
    case text(detail: String)
    /// It is, and a member is missing, or of another type.
    case shape

    /// Where the text is wrong; `nil` where it is what is read from it.
    package var detail: String? {
        switch self {
        case .text(let detail): detail
        case .shape: nil
        }
    }
}
