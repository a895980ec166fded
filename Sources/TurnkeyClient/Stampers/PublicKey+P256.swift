// SPDX-License-Identifier: Apache-2.0
package import Crypto
import Passkeys
package import StampClient

extension PublicKey {
    /// Converts a key of swift-crypto.
    package init(_ key: P256.Signing.PublicKey) {
        self.init(checked: Hexadecimal.encode(key.compressedRepresentation))
    }
}
