// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a string and checks its UTF-8, escapes and surrogates; the token says where its text stands.
    package mutating func string() throws(JSONError) -> JSONToken {
        skipWhiteSpace()
        guard try currentByte() == UInt8(ascii: "\"") else { throw error(.wrongType) }
        offset += 1
        let start = offset
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

    /// Appends the string's text, unescaped, as UTF-8: one copy.
    ///
    /// - Throws: `.wrongType` if the token is no string, `.tooLong` above `maximumByteCount` bytes;
    ///   then nothing is appended.
    package func append(
        _ token: JSONToken,
        to buffer: inout [UInt8],
        maximumByteCount: Int = .max
    ) throws(JSONError) {
        guard token.kind == .string else { throw JSONError(reason: .wrongType, offset: token.start) }
        let tooLong = JSONError(reason: .tooLong, offset: token.start)
        // Six bytes make one at most (an escape such as \u0041), so that a buffer for names never grows to a frame's size.
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

    /// The string's text, for short things such as names.
    ///
    /// - Throws: `.wrongType` if the token is no string, `.tooLong` above `maximumByteCount` bytes of UTF-8.
    package func text(_ token: JSONToken, maximumByteCount: Int) throws(JSONError) -> String {
        var buffer: [UInt8] = []
        try append(token, to: &buffer, maximumByteCount: maximumByteCount)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Whether the string's text, unescaped, is these bytes. False for anything but a string.
    package func equals(_ token: JSONToken, _ text: String) -> Bool {
        if let inPlace = bytesInPlace(token) { return inPlace.equals(text) }
        return token.kind == .string && unescaped(token).span.equals(text)
    }

    /// The string's text; empty for anything but a string.
    func unescaped(_ token: JSONToken) -> [UInt8] {
        var text: [UInt8] = []
        do throws(JSONError) { try append(token, to: &text) } catch { return [] }
        return text
    }

    /// The string's text where it stands in the text; nil where it holds escapes.
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

    /// What an escape stands for never takes more bytes than the escape.
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
