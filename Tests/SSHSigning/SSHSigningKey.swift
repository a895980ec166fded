// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// An SSH key of a test's, and the signatures that ssh-keygen, an agent or a FIDO2 key would make with it, right or wrong.
package struct SSHSigningKey: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case ed25519 = "ssh-ed25519"
        case ecdsa = "ecdsa-sha2-nistp256"
        case securityKeyEd25519 = "sk-ssh-ed25519@openssh.com"
        case securityKeyECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"

        package var isSecurityKeys: Bool { self == .securityKeyEd25519 || self == .securityKeyECDSA }
        var isEd25519: Bool { self == .ed25519 || self == .securityKeyEd25519 }
    }

    package let kind: Kind
    package let application: String
    private let edwards = Curve25519.Signing.PrivateKey()
    private let weierstrass = P256.Signing.PrivateKey()

    package init(_ kind: Kind, application: String = "ssh:") {
        (self.kind, self.application) = (kind, application)
    }

    /// The point as SSH writes it.
    package var point: [UInt8] {
        kind.isEd25519 ? Array(edwards.publicKey.rawRepresentation) : Array(weierstrass.publicKey.x963Representation)
    }

    /// The public key as SSH writes it.
    package var blob: [UInt8] { Self.blob(kind, point, application: application) }

    package static func blob(_ kind: Kind, _ point: [UInt8], application: String = "ssh:") -> [UInt8] {
        var blob = SSHString(kind.rawValue).bytes
        if !kind.isEd25519 { blob += SSHString("nistp256").bytes }
        blob += SSHString(point).bytes
        if kind.isSecurityKeys { blob += SSHString(application).bytes }
        return blob
    }

    /// As a `.pub` file has it, without the line's end.
    package var line: String { "\(kind.rawValue) \(Data(blob).base64EncodedString()) somebody@example" }

    /// As `ssh-keygen -l` prints it.
    package var fingerprint: String {
        let base64 = Data(SHA256.hash(data: blob)).base64EncodedString()
        return "SHA256:" + base64.replacing("=", with: "")
    }

    /// What the parts of a signature are, where a test wants another than the right one.
    package struct Terms: Sendable {
        package var magic = "SSHSIG"
        package var version: UInt32 = 1
        package var namespace = "stampd-parcel@stampd.io"
        package var reserved = ""
        package var hash = "sha512"
        /// Of a FIDO2 key: the user was present.
        package var flags: UInt8 = 1
        package var counter: UInt32 = 7
        /// The kind that the signature says it is of; nil for the key's.
        package var signatureKind: String?
        /// What is written in the place of the public key; nil for it.
        package var key: [UInt8]?
        /// Bytes behind the blob.
        package var trailing: [UInt8] = []
        /// r and s as they are written; nil for the right ones.
        package var integers: (@Sendable ([UInt8]) -> [UInt8])?

        package init() {}
    }

    /// The blob of a signature over the message.
    package func signatureBlob(_ message: [UInt8], _ terms: Terms = Terms()) throws -> [UInt8] {
        let digest: [UInt8] =
            terms.hash == "sha256" ? Array(SHA256.hash(data: message)) : Array(SHA512.hash(data: message))
        let signed =
            Array(terms.magic.utf8) + SSHString(terms.namespace).bytes + SSHString(terms.reserved).bytes
            + SSHString(terms.hash).bytes + SSHString(digest).bytes
        var value = SSHString(terms.signatureKind ?? kind.rawValue).bytes
        let extra = [terms.flags] + terms.counter.bigEndianBytes
        let isSecurityKeys = kind.isSecurityKeys
        let data =
            isSecurityKeys
            ? Array(SHA256.hash(data: Data(application.utf8))) + extra + Array(SHA256.hash(data: signed)) : signed
        value += SSHString(try rawSignature(data, terms)).bytes
        if isSecurityKeys { value += extra }
        return Array(terms.magic.utf8) + terms.version.bigEndianBytes + SSHString(terms.key ?? blob).bytes
            + SSHString(terms.namespace).bytes + SSHString(terms.reserved).bytes + SSHString(terms.hash).bytes
            + SSHString(value).bytes + terms.trailing
    }

    private func rawSignature(_ data: [UInt8], _ terms: Terms) throws -> [UInt8] {
        guard !kind.isEd25519 else { return Array(try edwards.signature(for: data)) }
        let raw = Array(try weierstrass.signature(for: data).rawRepresentation)
        let write = terms.integers ?? Self.integer
        return [raw[..<32], raw[32...]].flatMap { SSHString(write(Array($0))).bytes }
    }

    /// An mpint's bytes: the fewest that say a number that is not negative.
    package static func integer(_ number: [UInt8]) -> [UInt8] {
        let bytes = Array(number.drop { $0 == 0 })
        return bytes.first.map { $0 & 0x80 != 0 } == true ? [0] + bytes : bytes
    }

    /// An armored signature over the message.
    package func sign(_ message: String, _ terms: Terms = Terms()) throws -> String {
        Self.armor(try signatureBlob(Array(message.utf8), terms))
    }

    /// As ssh-keygen prints a blob: lines of 70 characters.
    package static func armor(_ blob: [UInt8], lineLength: Int = 70) -> String {
        let base64 = Data(blob).base64EncodedString()
        var text = "-----BEGIN SSH SIGNATURE-----\n"
        var rest = base64[...]
        while !rest.isEmpty {
            text += rest.prefix(lineLength) + "\n"
            rest = rest.dropFirst(lineLength)
        }
        return text + "-----END SSH SIGNATURE-----\n"
    }
}

/// A string as SSH writes it (RFC 4251 §5).
package struct SSHString {
    package let bytes: [UInt8]

    package init(_ content: [UInt8]) { bytes = UInt32(content.count).bigEndianBytes + content }
    package init(_ text: String) { self.init(Array(text.utf8)) }
}

extension UInt32 {
    package var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
