// SPDX-License-Identifier: Apache-2.0
import Crypto
package import StampClient
import TurnkeyClient

/// A session's public key as a card has it, checked to be a point of the curve.
package struct CardPublicKey: Sendable, Hashable, CustomStringConvertible {
    package let key: PublicKey

    /// Returns `nil` for any other text, and for a number that is not a point of the curve.
    package init?(_ text: String) {
        guard let key = try? PublicKey(text), let bytes = Hexadecimal.decode(text),
            (try? P256.Signing.PublicKey(compressedRepresentation: bytes)) != nil
        else { return nil }
        self.key = key
    }

    package var description: String { key.text }

    /// The text that a person compares; a fallback's page shows the same for the same key.
    package var fingerprint: String { KeyFingerprint(publicKey: description)?.text ?? description }
}
