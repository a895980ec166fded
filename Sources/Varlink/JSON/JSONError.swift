// SPDX-License-Identifier: Apache-2.0

/// A fault in a JSON text (RFC 8259), with its place.
package struct JSONError: Error, Equatable {
    /// The reasons, a closed set: each is one rule of the grammar or one limit of the reader.
    package enum Reason: Equatable, Sendable {
        /// The bytes end inside a value.
        case truncated
        /// A byte that is not allowed at this place, such as white space that JSON does not know, or a byte order mark.
        case unexpectedByte
        /// Bytes other than white space after the value.
        case trailingBytes
        /// Bytes that are not UTF-8: a stray or missing continuation byte, an overlong form, a surrogate or a value
        /// above U+10FFFF.
        case invalidUTF8
        /// An unescaped byte below 0x20 inside a string.
        case controlCharacter
        /// A backslash that is followed by none of the characters listed in RFC 8259 §7.
        case invalidEscape
        /// One half of a surrogate pair without the other.
        case loneSurrogate
        /// A number with a leading zero, or with a sign, point or exponent that no digit follows.
        case invalidNumber
        /// Objects and arrays nested deeper than the reader allows.
        case tooDeep
        /// A member's name that occurs twice in one object, compared after unescaping.
        case duplicateName
        /// A value of a type other than the one asked for.
        case wrongType
        /// A number that is not written as an integer, or does not fit Int64.
        case notInt64
        /// A string of more bytes than the caller allows.
        case tooLong
        /// More members, elements or bytes of names than the reader's budget allows.
        case overBudget
    }

    /// Which rule or limit was broken.
    package let reason: Reason
    /// Where, in bytes from the start of what was read.
    package let offset: Int

    /// Creates an error; `offset` counts bytes from the start of what was read.
    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError {
    /// Says what was wrong and at which byte; never repeats the text's own bytes.
    package var message: String { "\(reason.message) at byte \(offset)" }
}

extension JSONError.Reason {
    fileprivate var message: String {
        switch self {
        case .truncated: "the JSON text ends inside a value"
        case .unexpectedByte: "a byte that JSON does not allow here"
        case .trailingBytes: "more bytes after the JSON value"
        case .invalidUTF8: "not UTF-8"
        case .controlCharacter: "a control character that is not escaped"
        case .invalidEscape: "an escape that JSON does not know"
        case .loneSurrogate: "half of a surrogate pair"
        case .invalidNumber: "a number that JSON does not allow"
        case .tooDeep: "objects and arrays nested too deep"
        case .duplicateName: "a name that stands twice in one object"
        case .wrongType: "a value of another type than this member has"
        case .notInt64: "not an integer of 64 bits"
        case .tooLong: "a string longer than this member may be"
        case .overBudget: "more members than are read"
        }
    }
}
