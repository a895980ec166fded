// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Signs parcels with the approver's SSH key.
package protocol ParcelSigner: Sendable {
    /// Signs each parcel.
    ///
    /// - Returns: the armored signatures in the parcels' order.
    func sign(_ parcels: [[UInt8]]) async throws(SSHKeygen.Fault) -> [String]
}

/// Signs parcels by `ssh-keygen`, with the file of a private key, or of a public key whose private key an agent has.
package struct SSHParcelSigner: ParcelSigner {
    package static let namespace = "stampd-parcel@stampd.io"
    /// The types of keys that a frame verifies.
    package static let keyTypes = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    private let keyPath: String
    private let keygen: SSHKeygen

    package init(keyPath: String, keygen: SSHKeygen = SSHKeygen()) {
        (self.keyPath, self.keygen) = (keyPath, keygen)
    }

    package func sign(_ parcels: [[UInt8]]) async throws(SSHKeygen.Fault) -> [String] {
        try await keygen.sign(parcels, namespace: Self.namespace, keyPath: keyPath)
    }

    /// Returns the public key, where the file itself or the one beside it (`.pub`) has it.
    package func findPublicKey() -> SSHPublicKey? {
        for path in [keyPath, keyPath + ".pub"] {
            guard let data = try? Data(contentsOf: URL(filePath: path)), data.count <= SSHPublicKey.limitBytes,
                let text = String(validating: data, as: UTF8.self)
            else { continue }
            let fields = text.split { " \t\r\n".contains($0) }
            if fields.count >= 2, let key = SSHPublicKey(type: fields[0], base64: fields[1]) { return key }
        }
        return nil
    }
}

extension SSHPublicKey {
    /// Whether each signature needs a touch.
    package var isSecurityKey: Bool { Self.isSecurityKey(type) }

    static func isSecurityKey(_ type: String) -> Bool { type.hasPrefix("sk-") }

    /// Returns the type that a key's blob begins with; empty where it is none.
    static func type(of blob: Data) -> String {
        var reader = SSHWireReader(Array(blob))
        return String(decoding: reader.string() ?? [], as: UTF8.self)
    }
}
