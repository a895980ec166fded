// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

extension FieldReader {
    /// Reads a P-256 public key in compressed hex.
    mutating func publicKey(_ name: String) throws(APIRefusal) -> APIPublicKey {
        guard let key = APIPublicKey(hex: try string(name)) else {
            throw invalid(name, "must be a compressed P-256 point in 66 hex digits")
        }
        return key
    }

    /// Reads the key to which a bundle is sealed. It must be uncompressed: its bytes go into the additional data as
    /// they are written.
    mutating func targetPublicKey() throws(APIRefusal) -> P256.KeyAgreement.PublicKey {
        let text = try name("targetPublicKey")
        guard text.utf8.count == 130, let bytes = Hex.decode(text),
            let key = try? P256.KeyAgreement.PublicKey(x963Representation: bytes)
        else { throw invalid("targetPublicKey", "must be an uncompressed P-256 point in 130 hex digits") }
        return key
    }

    /// Reads `expirationSeconds`, if it is there.
    mutating func expiration() throws(APIRefusal) -> Expiration? {
        guard let text = try optionalString("expirationSeconds") else { return nil }
        return try Expiration(reading: text)
    }

    /// Reads a text that must not be empty.
    mutating func name(_ name: String) throws(APIRefusal) -> String {
        let text = try string(name)
        guard !text.isEmpty else { throw invalid(name, "must not be empty") }
        return text
    }

    /// Reads bytes in base64url.
    mutating func bytes(_ name: String) throws(APIRefusal) -> Data {
        let text = try self.name(name)
        guard let bytes = Base64URL.decode(text) else { throw invalid(name, "must be base64url") }
        return bytes
    }

    /// Reads a list that must be there and empty, since the sandbox supports no elements of it.
    mutating func emptyArray(_ name: String) throws(APIRefusal) {
        guard try array(name).isEmpty else { throw invalid(name, "must be empty: this sandbox has none") }
    }

    /// Refuses members of the API for things that the sandbox does not support.
    mutating func refuse(_ names: String...) throws(APIRefusal) {
        for name in names where take(name) != nil {
            throw invalid(name, "is not served by this sandbox")
        }
    }
}
