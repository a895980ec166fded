// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not one JSON text, and at which byte.
enum JSONError: Error, Equatable {
    case unexpectedByte(offset: Int)
    case truncated
    case invalidUTF8
    case invalidEscape(offset: Int)
    case repeatedMember(String)
    case tooDeep(limit: Int)

    var message: String {
        switch self {
        case .unexpectedByte(let offset): "unexpected byte at offset \(offset)"
        case .truncated: "it ends in the middle"
        case .invalidUTF8: "it is not UTF-8"
        case .invalidEscape(let offset): "invalid escape at offset \(offset)"
        case .repeatedMember(let name): "`\(name)` is there twice"
        case .tooDeep(let limit): "nested deeper than \(limit)"
        }
    }
}

/// Reads one JSON text (RFC 8259), strictly: UTF-8 without a byte-order mark, no name twice in an object, no lone
/// surrogate, nothing after the value.
///
/// Foundation's decoder takes UTF-16 and repeated names too; a server that checks a signature over bytes must read
/// those bytes in one way only.
struct JSONReader {
    /// How deep arrays and objects may nest: the same bound as the signer's reader.
    static let depthLimit = 32

    private let bytes: [UInt8]
    private var offset = 0

    /// Reads `bytes` as one value.
    static func read(_ bytes: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
        var reader = JSONReader(bytes: Array(bytes))
        guard String(validating: reader.bytes, as: UTF8.self) != nil else { throw .invalidUTF8 }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.offset == reader.bytes.count else { throw .unexpectedByte(offset: reader.offset) }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension JSONReader {
    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        var members: [JSONObject.Member] = []
        var names: Set<String> = []
        try elements(until: UInt8(ascii: "}"), depth: depth) { reader throws(JSONError) in
            let name = try reader.string()
            guard names.insert(name).inserted else { throw .repeatedMember(name) }
            reader.skipSpace()
            try reader.expect(UInt8(ascii: ":"))
            members.append(JSONObject.Member(name: name, value: try reader.value(depth: depth)))
        }
        return JSONObject(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        var values: [JSONValue] = []
        try elements(until: UInt8(ascii: "]"), depth: depth) { reader throws(JSONError) in
            values.append(try reader.value(depth: depth))
        }
        return values
    }

    /// Reads the opening byte, elements with commas between them, and `end`.
    private mutating func elements(
        until end: UInt8,
        depth: Int,
        element: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard depth <= Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
        offset += 1
        skipSpace()
        if try peek() == end {
            offset += 1
            return
        }
        while true {
            skipSpace()
            try element(&self)
            skipSpace()
            if try peek() == end {
                offset += 1
                return
            }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in word.utf8 {
            try expect(byte)
        }
        return value
    }
}

// Numbers: -? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?
extension JSONReader {
    private mutating func number() throws(JSONError) -> String {
        let start = offset
        skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { skip(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) {
            offset += 1
        }
        guard offset > start else { throw offset < bytes.count ? .unexpectedByte(offset: offset) : .truncated }
    }
}

// Strings: the bytes are known to be UTF-8 already.
extension JSONReader {
    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            guard byte >= 0x20 else { throw .unexpectedByte(offset: offset) }
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = offset - 1
        let byte = try peek()
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = Unicode.Scalar(try codePoint(start: start)) else { throw .invalidEscape(offset: start) }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw .invalidEscape(offset: start)
        }
    }

    /// The code point of `\uXXXX`, or of a pair of surrogates.
    private mutating func codePoint(start: Int) throws(JSONError) -> UInt32 {
        let high = try codeUnit(start: start)
        guard UTF16.isLeadSurrogate(high) else { return UInt32(high) }
        guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw .invalidEscape(offset: start) }
        let low = try codeUnit(start: start)
        guard UTF16.isTrailSurrogate(low) else { throw .invalidEscape(offset: start) }
        return 0x1_0000 + (UInt32(high & 0x3FF) << 10) + UInt32(low & 0x3FF)
    }

    private mutating func codeUnit(start: Int) throws(JSONError) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw .truncated }
        let digits = bytes[offset..<offset + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .invalidEscape(offset: start) }
        offset += 4
        return unit
    }
}

extension JSONReader {
    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated }
        return bytes[offset]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw .unexpectedByte(offset: offset) }
        offset += 1
    }

    @discardableResult
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) {
            offset += 1
        }
    }
}
