// SPDX-License-Identifier: Apache-2.0

/// A P-256 API key that stamps. Its private scalar and libcrypto's key end with it, wiped.
final class Credential {
    let publicKey: PublicKey
    let key: PrivateKey
    private let signer: Signer
    /// What each stamp begins with: the JSON before the signature, in base64url as far as it is whole groups of three bytes.
    private let prefix: [UInt8]
    /// The stamp's JSON behind that: `fixedByteCount` bytes stay, the rest is written anew each time.
    private var json: [UInt8]
    private let fixedByteCount: Int

    init(_ key: consuming PrivateKey) throws(CryptoError) {
        let signer = try key.makeSigner()
        publicKey = key.publicKey
        let fixed = Array(
            #"{"publicKey":"\#(key.publicKey)","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":""#.utf8
        )
        fixedByteCount = fixed.count % 3
        var prefix: [UInt8] = []
        Base64URL.append(fixed.span.extracting(droppingLast: fixedByteCount), to: &prefix)
        self.prefix = prefix
        json = Array(fixed.suffix(fixedByteCount))
        json.reserveCapacity(fixedByteCount + 2 * Signer.maximumSignatureByteCount + 2)
        self.key = key
        self.signer = signer
    }

    /// Appends the value of the `X-Stamp` header for `payload`: unpadded base64url of
    /// `{"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…}` in this order, without spaces; the key
    /// compressed in hex, the signature (ECDSA P-256 over the payload's SHA-256) in DER in hex.
    ///
    /// Source: Turnkey's documentation, API overview, "Stamps".
    /// - Returns: What was signed, by which key.
    func appendStamp(of payload: Span<UInt8>, to text: inout [UInt8]) throws(CryptoError) -> Stamped {
        json.removeSubrange(fixedByteCount...)
        let digest = try signer.sign(payload) { signature in Hex.append(signature, to: &json) }
        json.append(UInt8(ascii: "\""))
        json.append(UInt8(ascii: "}"))
        text.append(contentsOf: prefix)
        Base64URL.append(json, to: &text)
        return Stamped(publicKey: publicKey, payloadDigest: digest)
    }
}
