// SPDX-License-Identifier: Apache-2.0

/// Checks the form of an armored SSHSIG (OpenSSH's PROTOCOL.sshsig), as far as an envelope needs it.
package enum ArmoredSignature {
    /// The limit of an armored signature: one of a FIDO2 key takes half a KiB, one of RSA with 16,384 bits 6 KiB.
    package static let limitBytes = 8 << 10

    static let expected = "an SSH signature in its armor, of at most \(limitBytes) bytes"

    /// Whether `text` is lines of printable ASCII between the armor's first and last line. The verifier checks these lines.
    package static func isOne(_ text: String) -> Bool {
        let body = text.hasSuffix("\n") ? text.dropLast() : text[...]
        return text.utf8.count <= limitBytes
            && body.hasPrefix("-----BEGIN SSH SIGNATURE-----\n") && body.hasSuffix("\n-----END SSH SIGNATURE-----")
            && body.utf8.allSatisfy { (0x21...0x7E).contains($0) || $0 == 0x0A || $0 == 0x20 }
    }
}
