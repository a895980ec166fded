// SPDX-License-Identifier: Apache-2.0
import Crypto
import TurnkeyClient

/// The SHA-256 of a card's exact bytes, in lower-case hex, by which a parcel and a receipt name the card.
package struct CardHash: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// `nil` for anything but 64 lower-case hex digits.
    package init?(_ text: String) {
        guard DocumentText.isHex(text, byteCount: 32) else { return nil }
        description = text
    }

    package init(of cardBytes: [UInt8]) {
        description = Hexadecimal.encode(SHA256.hash(data: cardBytes))
    }
}
