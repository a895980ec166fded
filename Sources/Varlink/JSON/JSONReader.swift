// SPDX-License-Identifier: Apache-2.0

/// A strict cursor over one JSON text: RFC 8259 to the letter, and one possible reading for each text.
///
/// It takes UTF-8 without a byte order mark, at most `maximumDepth` nested objects and arrays, no name twice in an
/// object, and only white space behind the value. A value that is skipped is checked whole too.
///
/// The reader borrows the text and owns nothing. Only objects of more than eight members, or with escapes in their
/// names, allocate: at most some ten times the bytes that the names take in the text. An object of n names costs some n
/// comparisons.
package struct JSONReader: ~Escapable {
    /// How many objects and arrays may be nested, the outermost counted as 1.
    package static let defaultMaximumDepth = 32

    let maximumDepth: Int

    let bytes: Span<UInt8>
    /// Offset of the next byte to read.
    package internal(set) var offset = 0
    var depth = 0
    /// What may still be read; unlimited unless the owner sets it.
    package var budget = JSONBudget()

    /// Creates a cursor at the start of `bytes`, which it borrows. `maximumDepth` is how many objects and arrays may be
    /// nested.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, maximumDepth: Int = Self.defaultMaximumDepth) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Reads any one value to its end and checks every byte of it.
    ///
    /// - Throws: Any `JSONError` but `.trailingBytes`, `.wrongType`, `.notInt64` and `.tooLong`.
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

    /// Checks that only white space is left.
    ///
    /// - Throws: `.trailingBytes` otherwise.
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

    /// Skips white space. One comparison tells that there is none, as is usual.
    @inline(__always)
    mutating func skipWhiteSpace() {
        if offset < bytes.count, bytes[offset] <= 0x20 { skipBlanks() }
    }

    private mutating func skipBlanks() {
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
