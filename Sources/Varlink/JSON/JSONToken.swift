// SPDX-License-Identifier: Apache-2.0

/// A value that was read whole and found to be good: its kind and where it stands. It holds no bytes.
package struct JSONToken: Equatable, Sendable {
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

    package let kind: Kind
    /// Whether the string holds a backslash. False for anything but a string.
    package let hasEscapes: Bool
    // A call keeps seventeen tokens and is handed on: 12 bytes each, rather than 32. No text is as long as 4 GiB.
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
