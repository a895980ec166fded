// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The claims of an SSHSIG (OpenSSH's PROTOCOL.sshsig): its public key and its namespace.
///
/// Nothing is verified here: the claims tell which hosts to ask `ssh-keygen` about, and which signatures not to ask about.
package struct SSHSignatureBlob: Sendable, Hashable {
    /// The blob of the public key.
    package let publicKey: Data
    package let namespace: String

    /// Reads an armored signature; returns `nil` for anything but one whole signature of version 1.
    package init?(armored text: String) {
        guard ArmoredSignature.isOne(text) else { return nil }
        let lines = text.split(separator: "\n").dropFirst().dropLast()
        guard let bytes = Data(base64Encoded: lines.joined()) else { return nil }
        var reader = SSHWireReader(Array(bytes))
        guard reader.bytes(6) == Array("SSHSIG".utf8), reader.number() == 1,
            let key = reader.string(),
            let namespace = reader.string().flatMap({ String(validating: $0, as: UTF8.self) }),
            reader.string() != nil, reader.string() != nil, reader.string() != nil, reader.isAtEnd
        else { return nil }
        (publicKey, self.namespace) = (Data(key), namespace)
    }
}
