// SPDX-License-Identifier: Apache-2.0

/// The key and the digest of one stamp, for its audit record.
package struct Stamped {
    /// The key that signed.
    package let publicKey: PublicKey
    /// The payload's SHA-256, 32 bytes, which was signed.
    package let payloadDigest: InlineArray<32, UInt8>

    /// Appends the digest as 64 lower-case hex digits.
    package func appendDigestHex(to text: inout [UInt8]) {
        Hex.append(payloadDigest.span, to: &text)
    }
}
