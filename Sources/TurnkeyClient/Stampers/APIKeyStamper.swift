// SPDX-License-Identifier: Apache-2.0
public import Crypto
public import Foundation
public import Passkeys
public import StampClient

/// Stamps with a P-256 private key that this process holds.
public struct APIKeyStamper: Stamper {
    private let privateKey: P256.Signing.PrivateKey
    /// The public key.
    public let publicKey: PublicKey

    /// Creates a stamper with a key.
    public init(_ privateKey: P256.Signing.PrivateKey) {
        self.privateKey = privateKey
        publicKey = PublicKey(privateKey.publicKey)
    }

    /// Creates a stamper with a P-256 private key: 64 hex digits in upper or lower case, without `0x`.
    ///
    /// - Throws: `.configuration(.invalidPrivateKey)` for any other text, for 0, and for a number that is not below the
    ///   order of the curve.
    public init(hexadecimal privateKey: String) throws(TurnkeyError) {
        guard let scalar = Hexadecimal.decode(privateKey),
            let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar)
        else { throw .configuration(.invalidPrivateKey) }
        self.init(key)
    }

    /// Signs the body's SHA-256 by ECDSA.
    ///
    /// - Throws: `.configuration(.invalidPrivateKey)` if the key cannot sign.
    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard let signature = try? privateKey.signature(for: body) else { throw .configuration(.invalidPrivateKey) }
        // Hex and a constant only: nothing needs escaping, and the order of the members is part of the format.
        let json =
            #"{"publicKey":"\#(publicKey)","scheme":"SIGNATURE_SCHEME_TK_API_P256","#
            + #""signature":"\#(Hexadecimal.encode(signature.derRepresentation))"}"#
        return StampHeader(name: "X-Stamp", value: Base64URL.encode(Data(json.utf8)))
    }
}
