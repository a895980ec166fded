// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The value of `X-Stamp`: base64url, padded or not, of `{"publicKey","scheme","signature"}` in any order and spacing.
struct APIKeyStamp {
    /// The only scheme whose keys this sandbox registers.
    static let scheme = "SIGNATURE_SCHEME_TK_API_P256"

    /// Hex digits, lower case.
    let publicKey: String
    /// The ECDSA signature over the SHA-256 of the body.
    let signature: Data

    /// Reads a header; `nil` for another encoding, a missing field, another scheme or bad hex.
    init?(_ header: String) {
        guard let bytes = Base64URL.decode(header), let object = try? JSONObject(reading: bytes),
            object["scheme"] == .string(Self.scheme),
            case .string(let publicKey) = object["publicKey"],
            case .string(let signature) = object["signature"],
            let key = Hex.decode(publicKey), !key.isEmpty,
            let signatureBytes = Hex.decode(signature)
        else { return nil }
        self.publicKey = Hex.encode(key)
        self.signature = signatureBytes
    }

    /// Whether the stamp was made by `key` for exactly these bytes.
    func isValid(for body: Data, by key: APIPublicKey) -> Bool {
        guard let signature = ECDSASignatureReader.read(signature) else { return false }
        return key.verifies(signature, over: body)
    }
}
