// SPDX-License-Identifier: Apache-2.0
import Printing

/// A session's name: 1 to 64 of a-z 0-9 . _ -.
// A frame has a type of its own (SignerCore), so that neither end takes the other's word for a name.
public struct SessionName: Sendable, Hashable {
    /// The name of the session that a call without a name uses.
    public static let `default` = SessionName(checked: "default")

    /// The name as text.
    public let text: String

    /// Reads a name.
    ///
    /// - Throws: ``InvalidSessionName`` for a text that no session can have as its name.
    public init(_ text: String) throws(InvalidSessionName) {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(Self.isNameByte) else {
            throw InvalidSessionName(text: text)
        }
        self.init(checked: text)
    }

    private init(checked text: String) {
        self.text = text
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// The error for a text that no session can have as its name.
public struct InvalidSessionName: Error, Sendable, Hashable {
    /// The text.
    public let text: String
}

extension InvalidSessionName: CustomStringConvertible {
    /// The message, with unprintable characters escaped.
    public var description: String { "\(PrintableText(message))" }

    /// Says what was wrong, and with what; one line without a full stop. It repeats the text unescaped.
    public var message: String { "not a session's name: \(text)" }

    /// What to do about the error; one line without a full stop.
    public var hint: String { "a name is 1 to 64 of a-z 0-9 . _ -" }
}

extension SessionName: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}

extension SessionName: Comparable {
    /// Whether the left name comes first: by the bytes.
    public static func < (left: SessionName, right: SessionName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension SessionName: Codable {
    /// Reads a name from a single string.
    ///
    /// - Throws: `DecodingError` for a text that is not one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as InvalidSessionName {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the name as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
