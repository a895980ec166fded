// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why bytes are not one JSON text.
struct NotJSON: Error, Equatable {
    /// Of the byte where it was found.
    let offset: Int
}

/// Reads one JSON text (RFC 8259) to a value: UTF-8 without a byte order mark, no name twice in an object, no comma too
/// many, nothing but white space behind the value.
///
/// The sandbox's own reader, apart from the one that the signer and its clients share: a text that one of the two takes and
/// the other refuses is found when they meet. It keeps what is open in a stack of its own, so that no depth is too deep
/// for the thread's.
struct JSONParser {
    /// Objects and arrays inside one another.
    static let maximumDepth = 512

    /// An array, or an object whose next value is that of `name`.
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

    /// The value that begins here; `nil` where it is an object or array that is not empty, whose first value is next.
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

    /// An empty object or array counts as one that is entered.
    private mutating func end(_ value: JSONValue) throws(NotJSON) -> JSONValue {
        guard open.count < Self.maximumDepth else { throw error }
        index += 1
        return value
    }

    /// Puts a value into what is open, and answers that where it ends here; `nil` where it has another value.
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

    /// Whether a comma stands here, rather than `end`.
    private mutating func readComma(orEnd end: UInt8) throws(NotJSON) -> Bool {
        let byte = next()
        guard byte == UInt8(ascii: ",") || byte == end else { throw error }
        index += 1
        return byte == UInt8(ascii: ",")
    }

    /// A member's name and the colon behind it.
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

    /// The next byte that is not white space, which stays the next; `nil` at the end.
    private mutating func next() -> UInt8? {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
        return current
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }
}

extension JSONParser {
    /// An integer of 64 bits where it has the value of one; else the nearest double.
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
        guard let number = Double(text), number.isFinite else { throw error }
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

    /// Reads from the quotation mark on.
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

    /// The UTF-8 of what is behind a backslash.
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
            // Half of a pair is none.
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
