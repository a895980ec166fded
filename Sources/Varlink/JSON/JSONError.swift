// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not one JSON text (RFC 8259), and where: `offset` counts bytes from the start of what was read.
package struct JSONError: Error, Equatable {
    /// A closed set; each reason is one rule of the grammar or one limit.
    package enum Reason: Equatable, Sendable {
        /// The bytes end inside a value.
        case truncated
        /// A byte that cannot stand here: also white space that JSON does not know, and a byte order mark.
        case unexpectedByte
        /// More than white space after the value.
        case trailingBytes
        /// Not UTF-8: a stray or missing continuation byte, an overlong form, a surrogate or a value above U+10FFFF.
        case invalidUTF8
        /// A byte below 0x20 inside a string; it must be escaped.
        case controlCharacter
        /// A backslash with something else behind it than RFC 8259 §7 lists.
        case invalidEscape
        /// Half of a surrogate pair.
        case loneSurrogate
        /// A number with a leading zero, a bare sign, point or exponent.
        case invalidNumber
        /// Objects and arrays nested deeper than the reader allows.
        case tooDeep
        /// A name that stands twice in one object, compared after unescaping.
        case duplicateName
        /// A value of another type than was asked for.
        case wrongType
        /// A number that is no integer literal, or does not fit Int64.
        case notInt64
        /// A string of more bytes than were allowed.
        case tooLong
        /// More members, elements or bytes of names than the reader's budget.
        case overBudget
    }

    package let reason: Reason
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError {
    /// What was wrong, in words; never repeats the bytes.
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
