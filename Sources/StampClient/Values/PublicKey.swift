// SPDX-License-Identifier: Apache-2.0

/// A P-256 public key in compressed form (33 bytes, SEC 1 §2.3.3), as 66 lower-case hex digits that begin with 02 or 03.
///
/// Only the form is checked. The frame and the API check that it is a point of the curve.
// A frame has a type of its own (SignerCore), so that neither end takes the other's word for a key.
public struct PublicKey: Sendable, Hashable {
    /// The 66 digits.
    public let text: String

    /// Checks that `text` is 66 lower-case hex digits that begin with 02 or 03.
    ///
    /// - Throws: ``InvalidPublicKey`` for any other text.
    public init(_ text: String) throws(InvalidPublicKey) {
        guard text.utf8.count == 66, text.hasPrefix("02") || text.hasPrefix("03"),
            text.utf8.allSatisfy(Self.isDigit)
        else { throw InvalidPublicKey(byteCount: text.utf8.count) }
        self.init(checked: text)
    }

    /// Creates a key of a text that is known to have the form.
    package init(checked text: String) {
        self.text = text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// The error for a text that is not a public key.
public struct InvalidPublicKey: Error, Sendable, Hashable {
    /// The rejected text's length. The text itself is not kept: it may be a private key.
    public let byteCount: Int
}

extension InvalidPublicKey: CustomStringConvertible {
    /// The message.
    public var description: String { message }

    /// Says what was wrong, and with what; one line without a full stop. It does not repeat the text.
    public var message: String { "not a public key: a text of \(byteCount) bytes" }

    /// What to do about the error; one line without a full stop.
    public var hint: String { "give it as it was printed: 66 lower-case hex digits that begin with 02 or 03" }
}

extension PublicKey: CustomStringConvertible {
    /// The 66 digits.
    public var description: String { text }
}

extension PublicKey: Codable {
    /// Reads a key from a single string.
    ///
    /// - Throws: `DecodingError` for a text that is not one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(try container.decode(String.self))
        } catch let error as InvalidPublicKey {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the key as a single string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
