// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SSHSigning
import Testing

@testable import SignerCore

@Suite("SSHSIG") struct SSHSignatureTests {
    private static let namespace = "stampd-parcel@stampd.io"
    private static let message = #"{"v":1,"fleet":"web"}"#
    private static let kinds = SSHSigningKey.Kind.allCases

    /// What is wrong with a signature over a message; nil for nothing.
    private static func fault(
        _ signature: String,
        of message: String = message,
        namespace: String = namespace
    ) -> SSHSignatureError? {
        do throws(SSHSignatureError) {
            let read = try SSHSignature(Array(signature.utf8), namespace: namespace)
            try read.verify(message.utf8.span)
            return nil
        } catch { return error }
    }

    @Test(
        "what ssh-keygen signs is taken, of each key that it makes without a device, with each hash",
        arguments: ["ed25519", "ecdsa"],
        ["sha256", "sha512"]
    )
    func openSSH(_ type: String, _ hash: String) throws {
        try withDirectory { directory in
            let key = try SSHKeygen(type, in: directory)
            let signature = try key.sign(Self.message, namespace: Self.namespace, hash: hash)
            #expect(Self.fault(signature) == nil)
            let read = try SSHSignature(Array(signature.utf8), namespace: Self.namespace)
            #expect(try read.key == SSHPublicKey(line: key.line.utf8.span))
            #expect(try read.key.digest().fingerprint == key.fingerprint())
            #expect(Self.fault(signature, of: Self.message + " ") == .unverified)
            #expect(Self.fault(signature, namespace: "file") == .namespace)
            let other = try key.sign(Self.message, namespace: "stampd-card@stampd.io", hash: hash)
            #expect(Self.fault(other) == .namespace)
        }
    }

    @Test("a key of a kind that is not taken is refused: RSA, P-384", arguments: [("rsa", ""), ("ecdsa", "384")])
    func otherKinds(_ type: String, _ bits: String) throws {
        try withDirectory { directory in
            let key = try SSHKeygen(bits.isEmpty ? type : "\(type)-sha2-nistp\(bits)", in: directory)
            let signature = try key.sign(Self.message, namespace: Self.namespace)
            #expect(Self.fault(signature) == .keyKind)
            #expect(throws: SSHSignatureError.keyKind) { try SSHPublicKey(line: key.line.utf8.span) }
        }
    }

    @Test(
        "what the tests make is what OpenSSH takes, of each kind, FIDO2 keys' too",
        arguments: kinds,
        ["sha256", "sha512"]
    )
    func sameAsOpenSSH(_ kind: SSHSigningKey.Kind, _ hash: String) throws {
        try withDirectory { directory in
            let key = SSHSigningKey(kind)
            var terms = SSHSigningKey.Terms()
            terms.hash = hash
            let signature = try key.sign(Self.message, terms)
            let takes = { (message: String) in
                try SSHKeygen.verifies(
                    signature,
                    of: message,
                    by: key.line,
                    namespace: Self.namespace,
                    in: directory
                )
            }
            #expect(try takes(Self.message) && !takes("another"))
            #expect(Self.fault(signature) == nil)
            #expect(Self.fault(signature, of: "another") == .unverified)
        }
    }

    @Test(
        "a FIDO2 key's application, flags and counter are part of what it signs",
        arguments: kinds.filter(\.isSecurityKeys)
    )
    func securityKeys(_ kind: SSHSigningKey.Kind) throws {
        let key = SSHSigningKey(kind, application: "ssh:stampd-approver")
        var terms = SSHSigningKey.Terms()
        // The user was verified too, and the key counts beyond a byte.
        (terms.flags, terms.counter) = (5, 0x1234_5678)
        #expect(Self.fault(try key.sign(Self.message, terms)) == nil)
        (terms.flags, terms.counter) = (0, 1)
        #expect(Self.fault(try key.sign(Self.message, terms)) == .userAbsent)
        terms.flags = 4
        #expect(Self.fault(try key.sign(Self.message, terms)) == .userAbsent)
        let blob = try key.signatureBlob(Array(Self.message.utf8))
        // A counter, or a flag, that was changed behind the signature.
        for change in [1, 5] {
            var changed = blob
            changed[changed.count - change] ^= 2
            #expect(Self.fault(SSHSigningKey.armor(changed)) == .unverified)
        }
        // The same point as a key of another application.
        terms = SSHSigningKey.Terms()
        terms.key = SSHSigningKey.blob(kind, key.point, application: "ssh:")
        #expect(Self.fault(try key.sign(Self.message, terms)) == .unverified)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: SSHSignatureError
        let change: @Sendable (inout SSHSigningKey.Terms) -> Void

        init(
            _ testDescription: String,
            _ error: SSHSignatureError,
            _ change: @escaping @Sendable (inout SSHSigningKey.Terms) -> Void
        ) {
            (self.testDescription, self.error, self.change) = (testDescription, error, change)
        }
    }

    private static let rows = [
        Row("another magic", .magic) { $0.magic = "SSHSIH" },
        Row("version 0", .version) { $0.version = 0 },
        Row("version 2", .version) { $0.version = 2 },
        Row("no namespace", .namespace) { $0.namespace = "" },
        Row("a longer namespace", .namespace) { $0.namespace += "x" },
        Row("something reserved", .reserved) { $0.reserved = "x" },
        Row("SHA-1", .hashAlgorithm) { $0.hash = "sha1" },
        Row("a hash in capitals", .hashAlgorithm) { $0.hash = "SHA512" },
        Row("a byte behind the end", .trailingBytes) { $0.trailing = [0] },
        Row("another kind of signature", .signatureKind) { $0.signatureKind = "ssh-rsa" },
        Row("no key", .truncated) { $0.key = [] },
        Row("half a name of a key", .truncated) { $0.key = [0, 0, 0, 11, 0x73] },
    ]

    @Test("a field that is not as it must be is refused for its own reason, whoever signed it", arguments: kinds, rows)
    func fields(_ kind: SSHSigningKey.Kind, _ row: Row) throws {
        var terms = SSHSigningKey.Terms()
        row.change(&terms)
        #expect(Self.fault(try SSHSigningKey(kind).sign(Self.message, terms)) == row.error)
    }

    @Test(
        "an integer that is not the fewest bytes of a positive one is refused",
        arguments: [
            ("a zero before it", { @Sendable number in [0, 0] + number }), ("nothing", { _ in [] }),
            ("zero", { _ in [0] }),
            ("negative", { number in [0xff] + number }),
            ("34 bytes", { number in [1, 2] + number }),
        ] as [(String, @Sendable ([UInt8]) -> [UInt8])]
    )
    func integers(_ name: String, _ write: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        for kind in [SSHSigningKey.Kind.ecdsa, .securityKeyECDSA] {
            var terms = SSHSigningKey.Terms()
            terms.integers = write
            #expect(Self.fault(try SSHSigningKey(kind).sign(Self.message, terms)) == .signature)
        }
    }

    @Test("an integer beyond the curve's order is no signature") func beyondOrder() throws {
        var terms = SSHSigningKey.Terms()
        terms.integers = { _ in [0] + [UInt8](repeating: 0xff, count: 32) }
        #expect(Self.fault(try SSHSigningKey(.ecdsa).sign(Self.message, terms)) == .unverified)
    }

    @Test("a point that is not on the curve is no key") func offCurve() throws {
        let key = SSHSigningKey(.ecdsa)
        var point = key.point
        point[64] ^= 1
        var terms = SSHSigningKey.Terms()
        terms.key = SSHSigningKey.blob(.ecdsa, point)
        #expect(Self.fault(try key.sign(Self.message, terms)) == .key)
        #expect(try !SSHPublicKey(blob: SSHSigningKey.blob(.ecdsa, point)).isOnCurve())
        #expect(try SSHPublicKey(blob: key.blob).isOnCurve())
        #expect(try SSHPublicKey(blob: SSHSigningKey(.ed25519).blob).isOnCurve())
    }

    @Test("cut off anywhere, text or blob, it is refused", arguments: kinds) func truncated(
        _ kind: SSHSigningKey.Kind
    ) throws {
        let key = SSHSigningKey(kind)
        let text = try key.sign(Self.message)
        // Its last line's end may be missing.
        #expect(Self.fault(String(text.dropLast())) == nil)
        for count in 0..<text.utf8.count - 1 {
            #expect(Self.fault(String(text.utf8.prefix(count)) ?? "") == .armor, "\(count) bytes")
        }
        let blob = try key.signatureBlob(Array(Self.message.utf8))
        for count in blob.indices {
            #expect(Self.fault(SSHSigningKey.armor(Array(blob[..<count]))) != nil, "\(count) bytes of the blob")
        }
    }

    @Test("with any one bit flipped, of text or blob, it is refused", arguments: kinds) func flipped(
        _ kind: SSHSigningKey.Kind
    ) throws {
        let key = SSHSigningKey(kind)
        let text = Array(try key.sign(Self.message).utf8)
        let blob = try key.signatureBlob(Array(Self.message.utf8))
        for bit in 0..<8 {
            for index in text.indices {
                var changed = text
                changed[index] ^= 1 << bit
                let read = try? SSHSignature(changed, namespace: Self.namespace)
                #expect((try? read?.verify(Self.message.utf8.span)) == nil, "bit \(bit) of byte \(index)")
            }
            for index in blob.indices {
                var changed = blob
                changed[index] ^= 1 << bit
                #expect(Self.fault(SSHSigningKey.armor(changed)) != nil, "bit \(bit) of the blob's byte \(index)")
            }
        }
    }

    @Test("another key in the signature's place is not who signed", arguments: kinds) func otherKey(
        _ kind: SSHSigningKey.Kind
    ) throws {
        var terms = SSHSigningKey.Terms()
        terms.key = SSHSigningKey(kind).blob
        #expect(Self.fault(try SSHSigningKey(kind).sign(Self.message, terms)) == .unverified)
    }

    @Test("armor is lines of base64 between its two lines, and nothing else")
    func armor() throws {
        let key = SSHSigningKey(.ed25519)
        let blob = try key.signatureBlob(Array(Self.message.utf8))
        for length in [1, 64, 70, 76] { #expect(Self.fault(SSHSigningKey.armor(blob, lineLength: length)) == nil) }
        let text = SSHSigningKey.armor(blob)
        let body = text.split(separator: "\n")[1]
        let hostile = [
            "", "\n", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
            "-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n",
            SSHSigningKey.armor(blob, lineLength: 77), " " + text, "x" + text, text + "\n", text + "x", text + text,
            text.replacing("\n", with: "\r\n"), text.replacing(body, with: body + "\n"),
            text.replacing(body, with: body + " "), text.replacing(body, with: "\t" + body),
            text.replacing("SSH SIGNATURE", with: "SSH SIGNATURES"), text.replacing("-----END", with: "----END"),
            text.replacing("=\n", with: "\n"), text.replacing("\n-----END", with: "=\n-----END"),
            text.replacing(body, with: body.replacing("A", with: "-", maxReplacements: 1)),
            text.replacing("\n-----END", with: "\0\n-----END"),
            SSHSigningKey.armor([UInt8](repeating: 0, count: 7000)),
        ]
        for text in hostile { #expect(Self.fault(text) == .armor, "\(text.prefix(80).debugDescription)") }
        // Spare bits that are set: another spelling of the same bytes.
        let decode = { (base64: String) in
            try? SSHArmor.decode(Array("-----BEGIN SSH SIGNATURE-----\n\(base64)\n-----END SSH SIGNATURE-----".utf8))
        }
        #expect(decode("AAAAAA==") == [0, 0, 0, 0] && decode("AAAAAAA=") == [0, 0, 0, 0, 0])
        for base64 in ["AAAAAB==", "AAAAAAB=", "AAAAA===", "AAAAAA", "AAAA====", "====", "AA=A"] {
            #expect(decode(base64) == nil, "\(base64)")
        }
    }

    @Test("lengths that reach beyond the end, at every place of a length, are refused")
    func lengths() throws {
        let key = SSHSigningKey(.securityKeyECDSA)
        let blob = try key.signatureBlob(Array(Self.message.utf8))
        for index in stride(from: 0, to: blob.count - 4, by: 1) {
            for length: UInt32 in [.max, 0x8000_0000, UInt32(blob.count)] {
                var changed = blob
                changed.replaceSubrange(index..<index + 4, with: length.bigEndianBytes)
                #expect(Self.fault(SSHSigningKey.armor(changed)) != nil, "\(length) at \(index)")
            }
        }
    }
}

/// Runs `body` with a directory that is removed behind it.
func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "stampd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
}
