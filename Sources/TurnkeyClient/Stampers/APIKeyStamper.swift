// SPDX-License-Identifier: Apache-2.0
public import Crypto
public import Foundation

/// Stamps with a P-256 private key that this process holds.
public struct APIKeyStamper: Stamper {
    private let privateKey: P256.Signing.PrivateKey
    /// Compressed point, 66 lower-case hex digits.
    public let publicKey: String

    public init(_ privateKey: P256.Signing.PrivateKey) {
        self.privateKey = privateKey
        publicKey = Hexadecimal.encode(privateKey.publicKey.compressedRepresentation)
    }

    /// - Throws: `.configuration(.invalidPrivateKey)` for anything but 64 hex digits of a scalar in 1…n−1.
    public init(hexadecimal privateKey: String) throws(TurnkeyError) {
        guard let scalar = Hexadecimal.decode(privateKey),
            let key = try? P256.Signing.PrivateKey(rawRepresentation: scalar)
        else { throw .configuration(.invalidPrivateKey) }
        self.init(key)
    }

    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        guard let signature = try? privateKey.signature(for: body) else { throw .configuration(.invalidPrivateKey) }
        // Hex and a constant: nothing needs escaping, and the order of the members is part of the format.
        let json =
            #"{"publicKey":"\#(publicKey)","scheme":"SIGNATURE_SCHEME_TK_API_P256","#
            + #""signature":"\#(Hexadecimal.encode(signature.derRepresentation))"}"#
        return StampHeader(name: "X-Stamp", value: Base64URL.encode(Data(json.utf8)))
    }
}
