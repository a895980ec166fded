// SPDX-License-Identifier: Apache-2.0

/// A JSON text as a second reader understands it: over Unicode scalars of a checked string, into a tree.
indirect enum ReferenceJSON: Equatable {
    case null
    case bool(Bool)
    /// As it is spelled.
    case number(String)
    /// UTF-8, since Swift's strings are equal in more than one spelling.
    case string([UInt8])
    case array([ReferenceJSON])
    case object([Member])

    struct Member: Equatable {
        let name: [UInt8]
        let value: ReferenceJSON
    }

    /// Nil unless the bytes are one JSON text of UTF-8 (RFC 8259), no deeper than `maximumDepth`, without a name twice in an
    /// object.
    init?(_ bytes: [UInt8], maximumDepth: Int = 32) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var rest = text.unicodeScalars[...]
        Self.skipSpace(&rest)
        guard let value = Self(takenFrom: &rest, depth: maximumDepth), rest.isEmpty else { return nil }
        self = value
    }

    /// The member of that name; nil where there is none, and for anything but an object.
    subscript(name: String) -> ReferenceJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == Array(name.utf8) }?.value
    }

    var utf8: [UInt8]? {
        guard case .string(let utf8) = self else { return nil }
        return utf8
    }

    /// Members and elements in it, at every depth.
    var itemCount: Int {
        switch self {
        case .array(let elements): elements.reduce(0) { $0 + 1 + $1.itemCount }
        case .object(let members): members.reduce(0) { $0 + 1 + $1.value.itemCount }
        default: 0
        }
    }
}

/// Each takes a value from the front, and white space behind it.
extension ReferenceJSON {
    private typealias Rest = Substring.UnicodeScalarView

    private init?(takenFrom rest: inout Rest, depth: Int) {
        guard let first = rest.first else { return nil }
        switch first {
        case "{":
            guard depth > 0, let members = Self.takeMembers(&rest, depth - 1) else { return nil }
            self = .object(members)
        case "[":
            guard depth > 0, let elements = Self.takeElements(&rest, depth - 1) else { return nil }
            self = .array(elements)
        case "\"":
            guard let text = Self.takeString(&rest) else { return nil }
            self = .string(text)
        case "t" where Self.take("true", &rest): self = .bool(true)
        case "f" where Self.take("false", &rest): self = .bool(false)
        case "n" where Self.take("null", &rest): self = .null
        default:
            guard let number = Self.takeNumber(&rest) else { return nil }
            self = .number(number)
        }
        Self.skipSpace(&rest)
    }

    private static func takeMembers(_ rest: inout Rest, _ depth: Int) -> [Member]? {
        var (members, names): ([Member], Set<[UInt8]>) = ([], [])
        let isWhole = takeList("}", &rest) { rest in
            guard let name = takeString(&rest), names.insert(name).inserted else { return false }
            skipSpace(&rest)
            guard rest.popFirst() == ":" else { return false }
            skipSpace(&rest)
            guard let value = ReferenceJSON(takenFrom: &rest, depth: depth) else { return false }
            members.append(Member(name: name, value: value))
            return true
        }
        return isWhole ? members : nil
    }

    private static func takeElements(_ rest: inout Rest, _ depth: Int) -> [ReferenceJSON]? {
        var elements: [ReferenceJSON] = []
        let isWhole = takeList("]", &rest) { rest in
            guard let value = ReferenceJSON(takenFrom: &rest, depth: depth) else { return false }
            elements.append(value)
            return true
        }
        return isWhole ? elements : nil
    }

    private static func takeList(_ end: Unicode.Scalar, _ rest: inout Rest, _ takeItem: (inout Rest) -> Bool) -> Bool {
        rest.removeFirst()
        skipSpace(&rest)
        if rest.first == end { return rest.popFirst() != nil }
        while takeItem(&rest) {
            let next = rest.popFirst()
            skipSpace(&rest)
            if next == end { return true }
            guard next == "," else { return false }
        }
        return false
    }

    private static func takeString(_ rest: inout Rest) -> [UInt8]? {
        guard rest.popFirst() == "\"" else { return nil }
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
            case "\\":
                guard let unit = takeEscape(&rest) else { return nil }
                units.append(unit)
            case "\u{0}"..."\u{1F}": return nil
            default: units += Array(UTF16.encode(scalar) ?? .init())
            }
        }
        return nil
    }

    private static func takeEscape(_ rest: inout Rest) -> UInt16? {
        guard let letter = rest.popFirst() else { return nil }
        if letter != "u" { return escapes[letter] }
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit) else { return nil }
        rest.removeFirst(4)
        return UInt16(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    private static let escapes: [Unicode.Scalar: UInt16] = [
        "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]

    /// What looks like a number, and then is one.
    private static func takeNumber(_ rest: inout Rest) -> String? {
        let text = rest.prefix { "+-.0123456789Ee".unicodeScalars.contains($0) }
        rest.removeFirst(text.count)
        let mantissa = text.prefix { $0 != "e" && $0 != "E" }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let integer = parts[0].first == "-" ? parts[0].dropFirst() : parts[0]
        guard parts.count <= 2, parts.dropFirst().allSatisfy(areDigits), areDigits(integer),
            integer.count == 1 || integer.first != "0"
        else { return nil }
        if mantissa.count < text.count {
            let exponent = text.dropFirst(mantissa.count + 1)
            guard areDigits(["+", "-"].contains(exponent.first) ? exponent.dropFirst() : exponent) else { return nil }
        }
        return String(text)
    }

    private static func areDigits(_ text: Rest) -> Bool {
        !text.isEmpty && text.allSatisfy { ("0"..."9").contains($0) }
    }

    private static func take(_ word: String, _ rest: inout Rest) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest.removeFirst(word.unicodeScalars.count)
        return true
    }

    private static func skipSpace(_ rest: inout Rest) {
        while let scalar = rest.first, [" ", "\t", "\n", "\r"].contains(scalar) { rest.removeFirst() }
    }
}
