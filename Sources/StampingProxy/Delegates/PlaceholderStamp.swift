// SPDX-License-Identifier: Apache-2.0
package import Crypto
package import Foundation
import StampClient
import TurnkeyClient

/// An `X-Stamp` made with a placeholder key, as the SDKs make one with an API key.
package struct PlaceholderStamp: Sendable {
    private static let limitBytes = 1_024

    private let publicKey: PublicKey
    private let signature: P256.Signing.ECDSASignature

    /// Reads a header's value; `nil` for anything but unpadded base64url of JSON with these three members, the public
    /// key and the DER signature in hex.
    package init?(_ value: String) {
        guard value.utf8.count <= Self.limitBytes, let json = Base64URL.decode(value),
            let members = try? StrictJSON.decode(Members.self, from: json),
            members.scheme == "SIGNATURE_SCHEME_TK_API_P256", let der = Hexadecimal.decode(members.signature),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: der)
        else { return nil }
        (publicKey, self.signature) = (members.publicKey, signature)
    }

    /// Whether the stamp names this key as its own.
    func names(_ key: P256.Signing.PublicKey) -> Bool {
        publicKey == PublicKey(key)
    }

    /// Whether this key made the stamp over exactly this body.
    package func isOf(_ key: P256.Signing.PublicKey, over body: Data) -> Bool {
        names(key) && key.isValidSignature(signature, for: body)
    }
}

private struct Members: Decodable {
    let publicKey: PublicKey
    let scheme: String
    let signature: String
}
