// SPDX-License-Identifier: Apache-2.0

/// A P-256 API key that stamps. At its end, the scalar and libcrypto's key are wiped.
final class Credential {
    let publicKey: PublicKey
    let key: PrivateKey
    private let signer: Signer
    /// The start of every stamp of this key: the JSON before the signature, in base64url, as far as it fills groups of
    /// three bytes.
    private let prefix: [UInt8]
    /// The rest of the stamp's JSON. Its first `fixedByteCount` bytes stay; the others are written anew for each stamp.
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

    /// Appends the value of the `X-Stamp` header for `payload`.
    ///
    /// It is the unpadded base64url of `{"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…}`, in this
    /// order and without spaces: the compressed key in hex, and the DER of the ECDSA P-256 signature over the payload's
    /// SHA-256 in hex. Source: Turnkey's documentation, API overview, "Stamps".
    ///
    /// - Returns: The key that signed, and the digest that it signed.
    /// - Throws: `CryptoError`; then `text` is unchanged.
    func appendStamp(of payload: Span<UInt8>, to text: inout [UInt8]) throws(CryptoError) -> Stamped {
        // Moved out of the property while it is written: one access instead of five.
        var json: [UInt8] = []
        swap(&json, &self.json)
        defer { swap(&json, &self.json) }
        json.removeLast(json.count - fixedByteCount)
        let digest = try signer.sign(payload) { signature in Hex.append(signature, to: &json) }
        json.append(UInt8(ascii: "\""))
        json.append(UInt8(ascii: "}"))
        text.append(contentsOf: prefix)
        Base64URL.append(json, to: &text)
        return Stamped(publicKey: publicKey, payloadDigest: digest)
    }
}
