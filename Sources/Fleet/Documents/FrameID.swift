// SPDX-License-Identifier: Apache-2.0

/// The name of a frame in its fleet: 32 lower-case hex digits made from machine and instance, or a configured name.
package struct FrameID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let lengthLimit = 64

    package let description: String

    /// Reads 1 to 64 of a-z 0-9 . _ -, beginning with a letter or a digit; returns `nil` for any other text. A name serves
    /// unchanged as a file's name and as a key's last part.
    package init?(_ text: some StringProtocol) {
        let utf8 = text.utf8
        guard (1...Self.lengthLimit).contains(utf8.count), utf8.first.map(Self.isLetterOrDigit) == true,
            utf8.allSatisfy({ Self.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) })
        else { return nil }
        description = String(text)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
