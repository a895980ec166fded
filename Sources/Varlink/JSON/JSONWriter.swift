// SPDX-License-Identifier: Apache-2.0

/// Appends JSON text to bytes that the caller keeps and uses again. Members stand in the order in which they are
/// written.
///
/// Commas are written where they are due: before a name or an element unless a bracket or a colon was just written.
/// Nothing is allocated but the growth of `bytes`.
package struct JSONWriter: Sendable {
    /// The text written so far, behind the bytes that were there before.
    package var bytes: [UInt8]

    /// Creates a writer that appends.
    ///
    /// - Parameter bytes: The bytes to append to; an emptied array lends its capacity.
    package init(appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// Writes an object; `writeMembers` writes its members, each a name and a value.
    /// Writes an array; `writeElements` writes its elements.
    package mutating func object(_ writeMembers: (inout JSONWriter) -> Void) {
        enclose(in: "{", "}", writeMembers)
    }

    package mutating func array(_ writeElements: (inout JSONWriter) -> Void) {
        enclose(in: "[", "]", writeElements)
    }

    /// Writes a string, escaped as JSON asks.
    package mutating func string(_ text: String) {
        string(utf8: text.utf8.span)
    }

    /// Writes a string.
    ///
    /// - Parameter utf8: The string's text, as valid UTF-8 that is not yet escaped.
    package mutating func string(utf8: Span<UInt8>) {
        separate()
        quote(utf8)
    }

    /// Writes an integer in decimal digits.
    package mutating func int(_ value: Int64) {
        separate()
        append(String(value))
    }

    /// Writes true or false.
    package mutating func bool(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Writes null.
    package mutating func null() {
        separate()
        append("null")
    }

    /// Writes a member's name; its value must be written next.
    package mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }
}

extension JSONWriter {
    private mutating func enclose(
        in opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        _ write: (inout JSONWriter) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: opening))
        write(&self)
        bytes.append(UInt8(ascii: closing))
    }

    /// Writes a comma where one is due, which the last byte tells: a value ends in none of these, and NUL ends a
    /// message.
    private mutating func separate() {
        switch bytes.last {
        case nil, 0, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): return
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    /// Appends text that needs no escape.
    private mutating func append(_ text: String) {
        append(text.utf8.span)
    }

    private mutating func append(_ text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { pointer in unsafe bytes.append(contentsOf: pointer) }
    }

    private mutating func quote(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        while start < text.count {
            let end = text.endOfPlainText(from: start)
            append(text.extracting(start..<end))
            if end < text.count { escape(text[end]) }
            start = end + 1
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a byte, escaped where RFC 8259 §7 asks for it: a quotation mark, a backslash or a control character.
    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(#"\""#)
        case UInt8(ascii: "\\"): append(#"\\"#)
        case 0x08: append(#"\b"#)
        case 0x09: append(#"\t"#)
        case 0x0A: append(#"\n"#)
        case 0x0C: append(#"\f"#)
        case 0x0D: append(#"\r"#)
        case 0x00..<0x20:
            append(#"\u00"#)
            bytes.append(hexDigits[Int(byte >> 4)])
            bytes.append(hexDigits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

private let hexDigits = Array("0123456789abcdef".utf8)
