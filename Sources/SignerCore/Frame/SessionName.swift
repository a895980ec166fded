// SPDX-License-Identifier: Apache-2.0

/// The name of a session: 1 to 64 of `a-z 0-9 . _ -`.
package struct SessionName: Hashable, Sendable, Comparable {
    /// Padded with zeros, which no name holds: a name is compared in one step and allocates nothing.
    private let bytes: SIMD64<UInt8>

    package static let maximumByteCount = 64

    /// What is meant where no name is given.
    package static let `default` = SessionName(known: "default")

    /// Nil for anything that is not a name.
    package init?(_ text: Span<UInt8>) {
        guard (1...Self.maximumByteCount).contains(text.count) else { return nil }
        var bytes = SIMD64<UInt8>()
        for index in text.indices {
            guard Self.isNameByte(text[index]) else { return nil }
            bytes[index] = text[index]
        }
        self.bytes = bytes
    }

    private init(known text: StaticString) {
        var bytes = SIMD64<UInt8>()
        for (index, byte) in text.description.utf8.enumerated() { bytes[index] = byte }
        self.bytes = bytes
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The name's bytes, 1 to 64.
    package var utf8: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.maximumByteCount)
        append(to: &text)
        return text
    }

    /// Appends the name's bytes.
    package func append(to text: inout [UInt8]) {
        for index in 0..<Self.maximumByteCount {
            guard bytes[index] != 0 else { return }
            text.append(bytes[index])
        }
    }

    /// All bytes at once.
    package static func == (left: SessionName, right: SessionName) -> Bool { all(left.bytes .== right.bytes) }

    package static func < (left: SessionName, right: SessionName) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension SessionName: CustomStringConvertible {
    package var description: String { String(decoding: utf8, as: UTF8.self) }
}
