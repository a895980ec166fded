// SPDX-License-Identifier: Apache-2.0

/// A claim about a session's organization or user, made by the program that injected it and not verified: at most 128
/// bytes of printable ASCII.
package struct Claim: Hashable, Sendable {
    /// The claim's bytes.
    package let utf8: [UInt8]

    /// The longest claim: 128 bytes.
    package static let maximumByteCount = 128

    /// Takes a claim; nil if it is longer than 128 bytes, or holds a character that is not printable ASCII.
    package init?(_ text: Span<UInt8>) {
        guard text.count <= Self.maximumByteCount else { return nil }
        var utf8: [UInt8] = []
        utf8.reserveCapacity(text.count)
        for index in text.indices {
            guard (0x20...0x7e).contains(text[index]) else { return nil }
            utf8.append(text[index])
        }
        self.utf8 = utf8
    }
}
