// SPDX-License-Identifier: Apache-2.0

/// The reasons why a text is refused as a signature, or a line as a key.
package enum SSHSignatureError: Error, Hashable, Sendable {
    /// Not the armor of PROTOCOL.sshsig, or longer than `SSHSignature.maximumTextByteCount`.
    case armor
    /// A field reaches beyond the end.
    case truncated
    /// Bytes follow the last field.
    case trailingBytes
    case magic
    case version
    case namespace
    case reserved
    /// A hash algorithm other than sha256 and sha512.
    case hashAlgorithm
    /// A kind of key other than the four of `SSHPublicKey.Kind`.
    case keyKind
    /// A key that is invalid for its kind, or not in its kind's encoding.
    case key
    /// A signature of another kind than its key's.
    case signatureKind
    /// A signature that is not in its kind's encoding.
    case signature
    /// A security key's signature without the flag "user present".
    case userAbsent
    /// The key has not signed this.
    case unverified
    case crypto(CryptoError)
}
