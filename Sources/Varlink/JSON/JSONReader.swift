// SPDX-License-Identifier: Apache-2.0

/// A strict cursor over one JSON text: RFC 8259 to the letter, one accepted reading for each text.
///
/// UTF-8 only, no byte order mark, at most `maximumDepth` nested objects and arrays, no name twice in an object, and
/// nothing but white space behind the value. Also a value that is skipped is checked whole. The reader owns nothing;
/// only objects of more than eight members, and names with escapes, allocate: at most some four times the bytes that
/// they take in the text. An object of n names costs some n comparisons.
package struct JSONReader: ~Escapable {
    /// Objects and arrays inside one another, the outermost counted as 1.
    package static let defaultMaximumDepth = 32

    let maximumDepth: Int

    let bytes: Span<UInt8>
    /// Offset of the next byte.
    package internal(set) var offset = 0
    var depth = 0
    /// What may still be read; without end unless it is set.
    package var budget = JSONBudget()

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, maximumDepth: Int = Self.defaultMaximumDepth) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Reads any value to its end and checks every byte of it.
    package mutating func value() throws(JSONError) -> JSONToken {
        skipWhiteSpace()
        let start = offset
        switch try currentByte() {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"):
            try skipObject()
            return JSONToken(.object, start, offset)
        case UInt8(ascii: "["):
            try skipArray()
            return JSONToken(.array, start, offset)
        case UInt8(ascii: "t"): return try word("true", .bool)
        case UInt8(ascii: "f"): return try word("false", .bool)
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error(.unexpectedByte)
        }
    }

    /// The text must end here, but for white space.
    package mutating func end() throws(JSONError) {
        skipWhiteSpace()
        guard offset == bytes.count else { throw error(.trailingBytes) }
    }
}

extension JSONReader {
    private mutating func skipObject() throws(JSONError) {
        var object = try beginObject()
        while try nextName(in: &object) != nil { _ = try value() }
    }

    private mutating func skipArray() throws(JSONError) {
        var array = try beginArray()
        while try nextElement(in: &array) { _ = try value() }
    }

    private mutating func word(_ text: String, _ kind: JSONToken.Kind) throws(JSONError) -> JSONToken {
        let start = offset
        for expected in text.utf8 {
            guard try currentByte() == expected else { throw error(.unexpectedByte) }
            offset += 1
        }
        return JSONToken(kind, start, offset)
    }

    mutating func skipWhiteSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    func currentByte() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw error(.truncated) }
        return bytes[offset]
    }

    func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: offset) }
}
