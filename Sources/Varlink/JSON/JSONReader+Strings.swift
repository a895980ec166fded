// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string and checks its UTF-8, escapes and surrogates. The token says where its text stands.
    ///
    /// - Throws: `.wrongType` where the value is of another type, or any fault of the grammar.
    @inline(__always)
    package mutating func string() throws(JSONError) -> JSONToken {
        skipWhiteSpace()
        guard try currentByte() == UInt8(ascii: "\"") else { throw error(.wrongType) }
        let start = offset &+ 1
        offset = bytes.endOfPlainText(from: start)
        // Most strings are plain text to their closing quotation mark.
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { return try stringGoesOn(from: start) }
        offset &+= 1
        return JSONToken(.string, start, offset &- 1)
    }

    /// Reads the rest of a string whose token begins at `start`; the cursor is at its first byte that is not plain.
    private mutating func stringGoesOn(from start: Int) throws(JSONError) -> JSONToken {
        var hasEscapes = false
        while true {
            offset = bytes.endOfPlainText(from: offset)
            switch try currentByte() {
            case UInt8(ascii: "\""):
                offset += 1
                return JSONToken(.string, start, offset - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                _ = try readEscape()
            case 0x00..<0x20: throw error(.controlCharacter)
            default: try skipScalars()
            }
        }
    }

    /// Appends the string's text, unescaped, as UTF-8 to `buffer`: one copy.
    ///
    /// - Throws: `.wrongType` if the token is not a string, `.tooLong` if its text has more than `maximumByteCount`
    ///   bytes; then nothing is appended.
    package func append(
        _ token: JSONToken,
        to buffer: inout [UInt8],
        maximumByteCount: Int = .max
    ) throws(JSONError) {
        guard token.kind == .string else { throw JSONError(reason: .wrongType, offset: token.start) }
        let tooLong = JSONError(reason: .tooLong, offset: token.start)
        // Six bytes of JSON make at least one byte of text (an escape such as \u0041), so a buffer for names never
        // grows to the size of a whole message.
        let leastByteCount = (token.end - token.start) / (token.hasEscapes ? 6 : 1)
        guard leastByteCount <= maximumByteCount else { throw tooLong }
        let before = buffer.count
        if token.hasEscapes {
            try appendUnescaped(token, to: &buffer)
        } else {
            append(token.start..<token.end, to: &buffer)
        }
        guard buffer.count - before <= maximumByteCount else {
            buffer.removeSubrange(before...)
            throw tooLong
        }
    }

    /// Returns the string's text as a String, for short text such as a name.
    ///
    /// - Throws: `.wrongType` if the token is not a string, `.tooLong` if its text has more than `maximumByteCount`
    ///   bytes of UTF-8.
    package func text(_ token: JSONToken, maximumByteCount: Int) throws(JSONError) -> String {
        var buffer: [UInt8] = []
        try append(token, to: &buffer, maximumByteCount: maximumByteCount)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Compares the string's text, unescaped, with the UTF-8 of `text`. False for a token that is not a string.
    package func equals(_ token: JSONToken, _ text: String) -> Bool {
        if let inPlace = bytesInPlace(token) { return inPlace.equals(text) }
        return token.kind == .string && unescaped(token).span.equals(text)
    }

    /// Returns the bytes of the string's text, unescaped; no bytes for a token that is not a string.
    func unescaped(_ token: JSONToken) -> [UInt8] {
        var text: [UInt8] = []
        do throws(JSONError) { try append(token, to: &text) } catch { return [] }
        return text
    }

    /// Lends the string's text where it stands in the JSON text; nil for a string with escapes, which has to be
    /// decoded.
    @_lifetime(copy self)
    package func bytesInPlace(_ token: JSONToken) -> Span<UInt8>? {
        guard token.kind == .string, !token.hasEscapes else { return nil }
        return bytes.extracting(token.start..<token.end)
    }
}

extension JSONReader {
    private func append(_ range: Range<Int>, to buffer: inout [UInt8]) {
        let text = bytes.extracting(range)
        unsafe text.withUnsafeBufferPointer { pointer in unsafe buffer.append(contentsOf: pointer) }
    }

    /// Decodes a string with escapes to the end of `buffer`. What an escape stands for never takes more bytes than the
    /// escape.
    private func appendUnescaped(_ token: JSONToken, to buffer: inout [UInt8]) throws(JSONError) {
        var cursor = JSONReader(bytes.extracting(..<token.end))
        cursor.offset = token.start
        try buffer.append(addingCapacity: token.end - token.start) { (output) throws(JSONError) in
            while cursor.offset < token.end {
                let endOfRun = bytes.firstOffset(of: UInt8(ascii: "\\"), from: cursor.offset, to: token.end)
                for offset in cursor.offset..<endOfRun { output.append(bytes[offset]) }
                cursor.offset = endOfRun
                while cursor.offset < token.end, bytes[cursor.offset] == UInt8(ascii: "\\") {
                    let scalar = try cursor.readEscape()
                    if scalar.isASCII {
                        output.append(UInt8(truncatingIfNeeded: scalar.value))
                    } else {
                        for unit in scalar.utf8 { output.append(unit) }
                    }
                }
            }
        }
    }
}
