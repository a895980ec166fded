// SPDX-License-Identifier: Apache-2.0

/// Checks the form of texts in a document, and has a document's limit.
enum DocumentText {
    /// The limit of a document as it is signed and hashed.
    static let documentLimitBytes = 16 << 10

    /// Whether `text` can be an identifier of the API: 1 to 64 ASCII letters, digits and -. The API's own are UUIDs.
    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Whether `text` is `byteCount` bytes in lower-case hex.
    static func isHex(_ text: String, byteCount: Int) -> Bool {
        text.utf8.count == 2 * byteCount
            && text.utf8.allSatisfy { isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }

    /// Whether `text` can be the reason of a refusal: 1 to 64 ASCII letters, digits and dots, such as `tooLate`.
    static func isReason(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: ".") }
    }

    static func isLowerCaseOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isLowerCaseOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
