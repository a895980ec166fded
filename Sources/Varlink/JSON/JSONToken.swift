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
    /// Offset of the first byte; for a string, of the first byte behind its quotation mark.
    package let start: Int
    /// Offset past the last byte; for a string, of its closing quotation mark.
    package let end: Int
    /// Whether the string holds a backslash. False for anything but a string.
    package let hasEscapes: Bool

    init(_ kind: Kind, _ start: Int, _ end: Int, hasEscapes: Bool = false) {
        self.kind = kind
        self.start = start
        self.end = end
        self.hasEscapes = hasEscapes
    }
}
