// SPDX-License-Identifier: Apache-2.0

/// What an injector says of a session's organization or user: at most 128 bytes of printable ASCII, believed by nobody.
package struct Claim: Hashable, Sendable {
    package let utf8: [UInt8]

    package static let maximumByteCount = 128

    /// Nil for anything longer, or with another character.
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
