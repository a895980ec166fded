// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/SignerCore/SSHSIG
// Words: sshsig
// Not run: what only the configuration asks of a key, whether its point is on the curve.
import Crypto
import Foundation
import SignerCore

extension FuzzTarget {
    /// The first byte says what the others are: an armored text, a signature's blob, which is then armored, or the line of a
    /// public key.
    static let sshSignature = FuzzTarget(name: "ssh-signature") { (bytes) throws(BrokenClaim) in
        let rest = Array(bytes.dropFirst())
        switch bytes.first {
        case UInt8(ascii: "k"): try checkKey(rest)
        case UInt8(ascii: "b"): try checkSignature(Array(armor(rest).utf8))
        default: try checkSignature(rest)
        }
    }

    /// What the corpus has signatures of.
    private static let signedMessage = Array("{}".utf8)
    private static let namespace = "stampd-parcel@stampd.io"

    private static func armor(_ blob: [UInt8]) -> String {
        let lines = Data(blob).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
        return "-----BEGIN SSH SIGNATURE-----\n\(lines)\n-----END SSH SIGNATURE-----\n"
    }

    private static func read(_ text: [UInt8], _ namespace: String = namespace) -> SSHSignature? {
        do throws(SSHSignatureError) { return try SSHSignature(text, namespace: namespace) } catch { return nil }
    }

    private static func verifies(_ signature: SSHSignature, _ message: [UInt8]) -> Bool {
        do throws(SSHSignatureError) {
            try signature.verify(message.span)
            return true
        } catch { return false }
    }

    private static func checkSignature(_ text: [UInt8]) throws(BrokenClaim) {
        guard let signature = read(text) else { return }
        try claim("a signature is read the same again", read(text)?.key == signature.key)
        try claim("a signature is of one namespace", read(text, namespace + "x") == nil)
        try claim("a text that is cut is refused", read(text.dropLast(2)) == nil)
        try claim("a text with something behind it is refused", read(text + [UInt8(ascii: "x")]) == nil)
        try claim("a long text is refused", text.count <= SSHSignature.maximumTextByteCount)
        try checkKey(Array(line(of: signature.key).utf8))
        if verifies(signature, signedMessage) {
            try claim("a signature is of one message", !verifies(signature, signedMessage + [0]))
        }
    }

    private static func line(of key: SSHPublicKey) -> String {
        "\(key.kind.rawValue) \(Data(key.blob).base64EncodedString())"
    }

    private static func checkKey(_ line: [UInt8]) throws(BrokenClaim) {
        let key: SSHPublicKey
        do throws(SSHSignatureError) { key = try SSHPublicKey(line: line.span) } catch { return }
        let written = Self.line(of: key)
        try claim("a line begins with its key, spelled in one way", line.starts(with: written.utf8))
        try claim("a key is read as it is written", Self.readKey(key.blob) == key)
        let digest = Self.digest(of: key)
        let fingerprint = "SHA256:" + Data(SHA256.hash(data: key.blob)).base64EncodedString().replacing("=", with: "")
        try claim("a fingerprint is the reference's", digest == fingerprint)
    }

    private static func readKey(_ blob: [UInt8]) -> SSHPublicKey? {
        do throws(SSHSignatureError) { return try SSHPublicKey(blob: blob) } catch { return nil }
    }

    /// As OpenSSH prints it; nil where libcrypto does not hash.
    private static func digest(of key: SSHPublicKey) -> String? {
        do throws(SignerCore.CryptoError) { return try key.digest().fingerprint } catch { return nil }
    }
}
