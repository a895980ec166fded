// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation

/// An SSH public key as known_hosts and allowed signers have it: its type, and its blob in base64.
package struct SSHPublicKey: Sendable, Hashable {
    /// Such as `ssh-ed25519`.
    package let type: String
    /// The key's blob (RFC 4253 §6.6), which begins with the type again.
    package let blob: Data

    /// The limit of a key in base64, more than any takes: RSA with 16,384 bits has 2 KiB.
    static let limitBytes = 8 << 10

    /// Reads a key; returns `nil` for another alphabet or padding, for a blob of another type, and for more than 8 KiB.
    package init?(type: some StringProtocol, base64: some StringProtocol) {
        let text = String(base64)
        guard text.utf8.count <= Self.limitBytes, let blob = Data(base64Encoded: text),
            blob.base64EncodedString() == text
        else { return nil }
        var reader = SSHWireReader(Array(blob))
        guard let inner = reader.string(), inner.elementsEqual(type.utf8), Self.isType(inner) else { return nil }
        (self.type, self.blob) = (String(type), blob)
    }

    private static func isType(_ bytes: [UInt8]) -> Bool {
        (1...64).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    package var base64: String { blob.base64EncodedString() }

    /// The fingerprint as `ssh-keygen -l` shows it.
    package var fingerprint: String { Self.fingerprint(of: blob) }

    static func fingerprint(of blob: Data) -> String {
        "SHA256:" + Data(SHA256.hash(data: blob)).base64EncodedString().replacing("=", with: "")
    }
}

/// Reads the wire format of SSH: 32-bit numbers, and strings after their length (RFC 4251 §5).
struct SSHWireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Returns the next bytes; `nil` where fewer are left.
    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func number() -> UInt32? {
        bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() -> [UInt8]? {
        number().flatMap { bytes(Int($0)) }
    }
}
