// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient
import Varlink

/// The members of one document, read strictly: from one JSON object in UTF-8 with all known members and no other.
struct DocumentMembers {
    private enum Value {
        case text(String)
        case integer(Int64)
        case null
        /// A value that no member of a document has, such as a Boolean, or a number with a fraction or an exponent.
        case other
    }

    private var values: [String: Value] = [:]

    /// Reads one document, which must have exactly the members in `names`.
    init(reading bytes: [UInt8], limitBytes: Int, names: [String]) throws(DocumentFault) {
        guard bytes.count <= limitBytes else { throw .tooLong(limitBytes: limitBytes) }
        var reader = JSONReader(bytes.span, maximumDepth: 1)
        // The budget is a few members more than any document has, so that the first unknown member can be named.
        reader.budget = JSONBudget(members: 32, nameBytes: 4 << 10)
        var unknown: String?
        do throws(JSONError) {
            var object = try reader.beginObject()
            while let token = try reader.nextName(in: &object) {
                // Compared as bytes: to `String`, the kelvin sign is a K.
                let name = names.first { reader.equals(token, $0) }
                let text = name == nil ? try reader.text(token, maximumByteCount: limitBytes) : nil
                let value = try Self.readValue(&reader, limitBytes)
                if let name { values[name] = value } else { unknown = unknown ?? text }
            }
            try reader.end()
        } catch {
            throw .json(error)
        }
        if let unknown { throw .unknownMember(String(unknown.prefix(64))) }
        if let missing = names.first(where: { values[$0] == nil }) { throw .missingMember(missing) }
    }

    private static func readValue(_ reader: inout JSONReader, _ limitBytes: Int) throws(JSONError) -> Value {
        let token = try reader.value()
        switch token.kind {
        case .string: return .text(try reader.text(token, maximumByteCount: limitBytes))
        case .integer: return .integer(try reader.int(token))
        case .null: return .null
        case .bool, .fraction, .object, .array: return .other
        }
    }

    /// Returns what `read` makes of the member's text.
    ///
    /// - Throws: `.member` with `expected` where the member is not a text, or `read` returns `nil`.
    func text<Result>(
        _ name: String,
        _ expected: String,
        _ read: (String) -> Result?
    ) throws(DocumentFault) -> Result {
        guard case .text(let text) = values[name], let result = read(text) else {
            throw .member(name, expected: expected)
        }
        return result
    }

    /// Reads a text as `text` does; returns `nil` where the member is null.
    func optionalText<Result>(
        _ name: String,
        _ expected: String,
        _ read: (String) -> Result?
    ) throws(DocumentFault) -> Result? {
        if case .null = values[name] { return nil }
        return try text(name, "\(expected), or null", read)
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(DocumentFault) -> Int {
        guard case .integer(let value) = values[name], range.contains(value) else {
            let expected =
                range.count == 1
                ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .member(name, expected: expected)
        }
        return Int(value)
    }
}

/// The members that more than one document has.
extension DocumentMembers {
    /// Reads a document that is signed or hashed: at most 16 KiB, with 1 as `v`, the only version that there is.
    init(document bytes: [UInt8], names: [String]) throws(DocumentFault) {
        try self.init(reading: bytes, limitBytes: DocumentText.documentLimitBytes, names: names)
        _ = try integer("v", in: 1...1)
    }

    func fleet() throws(DocumentFault) -> FleetName {
        try text("fleet", "1 to 32 of a-z 0-9 -", FleetName.init)
    }

    func frame() throws(DocumentFault) -> FrameID {
        try text("frame", "a frame's name, 1 to 64 of a-z 0-9 . _ -", FrameID.init)
    }

    func card() throws(DocumentFault) -> CardHash {
        try text("card", "64 lower-case hex digits", CardHash.init)
    }

    func session() throws(DocumentFault) -> SessionName {
        try text("session", "a session's name, 1 to 64 of a-z 0-9 . _ -") { try? SessionName($0) }
    }

    func publicKey() throws(DocumentFault) -> CardPublicKey {
        try text("publicKey", "a compressed P-256 point in lower-case hex", CardPublicKey.init)
    }

    func time(_ name: String) throws(DocumentFault) -> DocumentTime {
        try text(name, "a time such as 2026-01-31T23:59:59Z", DocumentTime.init)
    }

    func identifier(_ name: String) throws(DocumentFault) -> String {
        try text(name, "1 to 64 letters, digits and -") { DocumentText.isIdentifier($0) ? $0 : nil }
    }

    /// Returns the bytes of a member in base64url without padding, in the canonical spelling.
    func carriedBytes(_ name: String) throws(DocumentFault) -> [UInt8] {
        try text(name, "base64url without padding") { Base64URL.decode($0).map(Array.init) }
    }
}
