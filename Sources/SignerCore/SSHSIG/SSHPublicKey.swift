// SPDX-License-Identifier: Apache-2.0

/// An SSH public key of one of the four kinds whose signatures are accepted.
package struct SSHPublicKey: Hashable, Sendable {
    /// The kinds of keys: RFC 8709, RFC 5656 §3.1, and OpenSSH's PROTOCOL.u2f.
    package enum Kind: String, CaseIterable, Sendable {
        case ed25519 = "ssh-ed25519"
        case ecdsaP256 = "ecdsa-sha2-nistp256"
        case securityKeyEd25519 = "sk-ssh-ed25519@openssh.com"
        case securityKeyECDSAP256 = "sk-ecdsa-sha2-nistp256@openssh.com"

        /// Whether keys of this kind are in a FIDO2 authenticator.
        var isSecurityKeys: Bool { self == .securityKeyEd25519 || self == .securityKeyECDSAP256 }

        var isEd25519: Bool { self == .ed25519 || self == .securityKeyEd25519 }
    }

    package let kind: Kind
    /// The key in SSH's binary encoding, of which there is exactly one for each key.
    package let blob: [UInt8]
    /// The point: 32 bytes for Ed25519 (RFC 8032 §5.1.5), 65 for P-256 (SEC 1, uncompressed). It may be off the curve.
    let point: [UInt8]
    /// The application of a FIDO2 key, such as `ssh:`; empty for other keys.
    let application: [UInt8]

    /// The largest blob that is read, in bytes. No such key is longer, even with the longest application.
    static let maximumBlobByteCount = 512
    static let maximumApplicationByteCount = 255
    private static let curve = Array("nistp256".utf8)

    /// Reads a key in SSH's binary encoding.
    ///
    /// - Throws: `.truncated`, `.trailingBytes`, `.keyKind`, `.key`.
    package init(blob: [UInt8]) throws(SSHSignatureError) {
        guard blob.count <= Self.maximumBlobByteCount else { throw .key }
        var reader = SSHReader(blob)
        let name = try reader.string()
        guard let kind = Kind.allCases.first(where: { name.elementsEqual($0.rawValue.utf8) }) else { throw .keyKind }
        if !kind.isEd25519 { guard try reader.string() == Self.curve else { throw .key } }
        point = try reader.string()
        application = kind.isSecurityKeys ? try reader.string() : []
        try reader.end()
        guard kind.isEd25519 ? point.count == 32 : point.count == 65 && point[0] == 4 else { throw .key }
        if kind.isSecurityKeys {
            let isText = application.allSatisfy { (0x21...0x7e).contains($0) }
            guard (1...Self.maximumApplicationByteCount).contains(application.count), isText else { throw .key }
        }
        self.kind = kind
        self.blob = blob
    }

    /// Reads a line of a public key file, as `ssh-keygen` writes it: `KIND BASE64`, optionally followed by a comment.
    ///
    /// - Parameter line: The line without its line feed. The comment, behind the second space, must be printable.
    /// - Throws: `.keyKind`, `.key`, `.truncated`, `.trailingBytes`.
    package init(line: Span<UInt8>) throws(SSHSignatureError) {
        var text: [UInt8] = []
        for index in line.indices { text.append(line[index]) }
        let parts = text.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, !text.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { throw .key }
        let name = parts[0]
        guard Kind.allCases.contains(where: { name.elementsEqual($0.rawValue.utf8) }) else { throw .keyKind }
        guard parts[1].count <= 2 * Self.maximumBlobByteCount, let blob = Base64.decode(parts[1]) else { throw .key }
        try self.init(blob: blob)
        guard name.elementsEqual(kind.rawValue.utf8) else { throw .key }
    }

    /// Whether the point is on its curve. For Ed25519 always true: libcrypto checks that point only with a signature.
    package func isOnCurve() throws(CryptoError) -> Bool {
        switch try SSHVerifier.make(self) {
        case .some: true
        case .none: false
        }
    }

    /// Hashes the blob with SHA-256. `ssh-keygen -l` prints this hash as the key's fingerprint.
    package func digest() throws(CryptoError) -> SHA256Digest { try SHA256Digest(of: blob.span) }

    package static func == (one: Self, other: Self) -> Bool { one.blob == other.blob }
    package func hash(into hasher: inout Hasher) { hasher.combine(blob) }
}
