// SPDX-License-Identifier: Apache-2.0
import Printing
package import Varlink

/// Why bytes are not the expected document. Of the bytes, a fault repeats a member's name alone.
package enum DocumentFault: Error, Sendable, Equatable {
    /// The bytes are longer than a document, or an envelope, may be.
    case tooLong(limitBytes: Int)
    /// The bytes are not one JSON object in UTF-8.
    case json(JSONError)
    /// A member that the document does not have; its name as it was read, at most 64 characters.
    case unknownMember(String)
    case missingMember(String)
    /// A member with a wrong value; `expected` describes a right one, such as `"32 lower-case hex digits"`.
    case member(String, expected: String)

    /// The fault in words that follow the document's name.
    package var message: String {
        switch self {
        case .tooLong(let limit): "is longer than \(limit) bytes"
        case .json(let error): "is not the JSON object that it should be: \(error.message)"
        case .unknownMember(let name): "has a member that is not known, \"\(PrintableText(name, maximumLength: 64))\""
        case .missingMember(let name): "has no member \"\(name)\""
        case .member(let name, let expected): "has a member \"\(name)\" that is not \(expected)"
        }
    }
}
