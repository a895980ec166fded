// SPDX-License-Identifier: Apache-2.0
package import FoundationEssentials
import Varlink

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

extension JSONDecoder {
    /// Decodes a text that has one reading: what came from a person, a file or the network.
    ///
    /// Foundation's reader alone takes one of two members of one name, a comma too many and UTF-16. So the signer's reader
    /// looks at each byte first; objects and arrays are 32 deep at most.
    package func decodeStrictly<Value: Decodable>(
        _ type: Value.Type,
        from text: Data
    ) throws(StrictJSONError) -> Value {
        let bytes = Array(text)
        do throws(JSONError) { try JSONReader.check(bytes.span) } catch { throw .text(detail: error.message) }
        do { return try decode(type, from: text) } catch { throw .shape }
    }
}
