// SPDX-License-Identifier: Apache-2.0
package import Crypto
import TurnkeyClient

/// A P-256 key pair that no API knows. It tells the proxy which delegate sends a request, as long as the delegate
/// lives.
package struct PlaceholderPair: Sendable {
    private let key = P256.Signing.PrivateKey()

    /// Makes a new pair.
    package init() {}

    /// The public key.
    package var publicKey: P256.Signing.PublicKey { key.publicKey }
    /// The private key as API keys are configured: 64 lower-case hex digits.
    package var privateKeyText: String { Hexadecimal.encode(key.rawRepresentation) }
}
