// SPDX-License-Identifier: Apache-2.0

/// A value that was read whole and is well formed: its type and its place in the text. It holds no bytes.
package struct JSONToken: Equatable, Sendable {
    /// The types of values.
    package enum Kind: Equatable, Sendable {
        case object
        case array
        case string
        case integer
        /// A number with a fraction or an exponent.
        case fraction
        case bool
        case null
    }

    /// The value's type.
    package let kind: Kind
    /// Whether the string holds a backslash. False for a token that is not a string.
    package let hasEscapes: Bool
    // 32 bits are enough, since no text is as long as 4 GiB: a token takes 12 bytes rather than 32, and a call holds
    // seventeen and is passed on.
    private let start32: UInt32
    private let end32: UInt32

    init(_ kind: Kind, _ start: Int, _ end: Int, hasEscapes: Bool = false) {
        self.kind = kind
        self.hasEscapes = hasEscapes
        start32 = UInt32(start)
        end32 = UInt32(end)
    }

    /// Offset of the first byte; for a string, of the first byte behind its quotation mark.
    package var start: Int { Int(start32) }
    /// Offset past the last byte; for a string, of its closing quotation mark.
    package var end: Int { Int(end32) }
}
