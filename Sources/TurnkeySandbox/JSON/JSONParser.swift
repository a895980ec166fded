// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The bytes are not one JSON text.
struct NotJSON: Error, Equatable {
    /// The offset of the byte where that was found.
    let offset: Int
    /// Whether the text is only refused because of a number far beyond every double.
    var isNumberTooLarge = false
}

/// Reads one JSON text (RFC 8259): UTF-8 without a byte order mark, no name twice in an object, no trailing comma, only
/// white space behind the value.
///
/// The sandbox has its own reader, apart from the one that the signer and its clients share, so that a text that only
/// one of the two accepts is found when they meet. It keeps open containers in its own stack, so that nesting does not
/// depend on the thread's stack.
struct JSONParser {
    /// How many objects and arrays may be nested.
    static let maximumDepth = 512

    /// An open array, or an open object whose next value is that of `name`.
    private struct Container {
        var elements: [JSONValue] = []
        var members: JSONObject = [:]
        var name: String?
    }

    private let bytes: [UInt8]
    private var index = 0
    private var open: [Container] = []

    static func read(_ text: Data) throws(NotJSON) -> JSONValue {
        var parser = JSONParser(bytes: Array(text))
        let value = try parser.readValue()
        guard parser.next() == nil else { throw parser.error }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var error: NotJSON { NotJSON(offset: index) }

    private mutating func readValue() throws(NotJSON) -> JSONValue {
        while true {
            var whole = try begin()
            while let value = whole {
                guard !open.isEmpty else { return value }
                whole = try add(value)
            }
        }
    }

    /// Begins a value; `nil` for an object or array that is not empty, whose first value is next.
    private mutating func begin() throws(NotJSON) -> JSONValue? {
        switch next() {
        case UInt8(ascii: "["):
            index += 1
            guard next() != UInt8(ascii: "]") else { return try end(.array([])) }
            return try enter(Container())
        case UInt8(ascii: "{"):
            index += 1
            guard next() != UInt8(ascii: "}") else { return try end(.object([:])) }
            return try enter(Container(name: try readName()))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return try readNumber()
        }
    }

    private mutating func enter(_ container: Container) throws(NotJSON) -> JSONValue? {
        guard open.count < Self.maximumDepth else { throw error }
        open.append(container)
        return nil
    }

    /// Ends a value. An empty object or array counts as one that was entered.
    private mutating func end(_ value: JSONValue) throws(NotJSON) -> JSONValue {
        guard open.count < Self.maximumDepth else { throw error }
        index += 1
        return value
    }

    /// Adds a value to what is open, and returns that if it ends here; `nil` if another value follows.
    private mutating func add(_ value: JSONValue) throws(NotJSON) -> JSONValue? {
        let last = open.count - 1
        guard let name = open[last].name else {
            open[last].elements.append(value)
            guard try readComma(orEnd: UInt8(ascii: "]")) else { return .array(open.removeLast().elements) }
            return nil
        }
        open[last].members[name] = value
        guard try readComma(orEnd: UInt8(ascii: "}")) else { return .object(open.removeLast().members) }
        let nextName = try readName()
        guard open[last].members[nextName] == nil else { throw error }
        open[last].name = nextName
        return nil
    }

    /// Reads a comma, or `end`; returns whether it was a comma.
    private mutating func readComma(orEnd end: UInt8) throws(NotJSON) -> Bool {
        let byte = next()
        guard byte == UInt8(ascii: ",") || byte == end else { throw error }
        index += 1
        return byte == UInt8(ascii: ",")
    }

    /// Reads a member's name and its colon.
    private mutating func readName() throws(NotJSON) -> String {
        guard next() == UInt8(ascii: "\"") else { throw error }
        let name = try readString()
        guard next() == UInt8(ascii: ":") else { throw error }
        index += 1
        return name
    }

    private mutating func readWord(_ word: String, _ value: JSONValue) throws(NotJSON) -> JSONValue {
        guard bytes[index...].starts(with: word.utf8) else { throw error }
        index += word.utf8.count
        return value
    }

    /// Returns the next byte that is not white space, without consuming it; `nil` at the end.
    private mutating func next() -> UInt8? {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
        return current
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }
}

extension JSONParser {
    /// Reads a number: as an integer of 64 bits if it has the value of one; else as the nearest double.
    private mutating func readNumber() throws(NotJSON) -> JSONValue {
        let start = index
        skip("-")
        if !skip("0") { try skipDigits() }
        if skip(".") { try skipDigits() }
        if skip("e") || skip("E") {
            if !skip("+") { skip("-") }
            try skipDigits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text) else { throw error }
        guard number.isFinite else { throw NotJSON(offset: start, isNumberTooLarge: true) }
        return Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }

    @discardableResult
    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipDigits() throws(NotJSON) {
        let start = index
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw error }
    }

    /// Reads a string from its quotation mark on.
    private mutating func readString() throws(NotJSON) -> String {
        index += 1
        var text: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw error }
            index += 1
            if byte == UInt8(ascii: "\\") { text += try readEscape() } else { text.append(byte) }
        }
        guard skip("\""), let string = String(validating: text, as: UTF8.self) else { throw error }
        return string
    }

    /// Reads what follows a backslash, and returns its UTF-8.
    private mutating func readEscape() throws(NotJSON) -> [UInt8] {
        guard let byte = current else { throw error }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try readUnit()]
            // One half of a surrogate pair alone is refused.
            if UTF16.isLeadSurrogate(units[0]), skip("\\"), skip("u") { units.append(try readUnit()) }
            guard let text = String(validating: units, as: UTF16.self) else { throw error }
            return Array(text.utf8)
        default: throw error
        }
    }

    private mutating func readUnit() throws(NotJSON) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Hex.value(of: byte) else { throw error }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }
}
