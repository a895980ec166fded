// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@testable import SignerCore

@Suite("an SSH public key's line") struct SSHPublicKeyTests {
    @Test(
        "a line is read with a comment and without, and is the key that it says",
        arguments: SSHSigningKey.Kind.allCases
    )
    func lines(_ kind: SSHSigningKey.Kind) throws {
        let key = SSHSigningKey(kind)
        let parts = key.line.split(separator: " ")
        for line in [key.line, parts[..<2].joined(separator: " "), parts[..<2].joined(separator: " ") + " a b  c é"] {
            let read = try SSHPublicKey(line: line.utf8.span)
            #expect(read.blob == key.blob && read.kind.rawValue == kind.rawValue)
            #expect(try read.digest().fingerprint == key.fingerprint)
        }
    }

    private static let key = SSHSigningKey(.securityKeyEd25519)
    private static let base64 = Data(key.blob).base64EncodedString()
    private static let kind = key.kind.rawValue

    private static func line(_ blob: [UInt8], _ kind: String = kind) -> String {
        "\(kind) \(Data(blob).base64EncodedString())"
    }

    private static let rows: [(String, String, SSHSignatureError)] = [
        ("nothing", "", .key), ("a kind alone", kind, .key), ("a kind and a space", kind + " ", .truncated),
        ("another kind", "ssh-rsa \(base64)", .keyKind), ("the kind of another key", "ssh-ed25519 \(base64)", .key),
        ("options before it", "cert-authority \(kind) \(base64)", .keyKind),
        ("two spaces", "\(kind)  \(base64)", .truncated),
        ("a tab", "\(kind)\t\(base64)", .key), ("a line's end", "\(kind) \(base64)\n", .key),
        ("a second line", "\(kind) \(base64) me\n\(kind) \(base64)", .key),
        ("no base64", "\(kind) \(base64.dropLast())", .key), ("a byte too many", line(key.blob + [0]), .trailingBytes),
        ("a byte too few", line(key.blob.dropLast()), .truncated),
        ("a quarter of a megabyte", "\(kind) \(String(repeating: "A", count: 262_144))", .key),
        ("no application", line(SSHSigningKey.blob(.securityKeyEd25519, key.point, application: "")), .key),
        (
            "an application with a space", line(SSHSigningKey.blob(.securityKeyEd25519, key.point, application: "a b")),
            .key
        ),
        (
            "a long application",
            line(SSHSigningKey.blob(.securityKeyEd25519, key.point, application: String(repeating: "a", count: 256))),
            .key
        ),
        ("31 bytes", line(SSHSigningKey.blob(.ed25519, Array(key.point.dropLast())), "ssh-ed25519"), .key),
        ("a compressed point", line(SSHSigningKey.blob(.ecdsa, [2] + key.point), "ecdsa-sha2-nistp256"), .key),
        ("a point of 64 bytes", line(SSHSigningKey.blob(.ecdsa, key.point + key.point), "ecdsa-sha2-nistp256"), .key),
        (
            "another curve",
            line(
                SSHString("ecdsa-sha2-nistp256").bytes + SSHString("nistp384").bytes
                    + SSHString([4] + key.point + key.point).bytes,
                "ecdsa-sha2-nistp256"
            ), .key
        ),
    ]

    @Test("what is no key's line is refused for its own reason", arguments: rows)
    func hostile(_ name: String, _ line: String, _ error: SSHSignatureError) {
        #expect(throws: error) { try SSHPublicKey(line: line.utf8.span) }
    }
}
