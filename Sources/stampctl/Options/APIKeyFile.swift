// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import StampClient
import TurnkeyClient

/// A file with an API key: one JSON object, `publicKey` and `privateKey` in hex.
struct APIKeyFile {
    private struct Members: Decodable {
        let publicKey: String
        let privateKey: String
    }

    private let members: Members

    /// Reads the file.
    ///
    /// - Throws: `Failure` if it is missing, open to other users, or not such an object. Its contents are not repeated.
    init(_ path: String) throws {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw Failure("cannot read the API key's file: \(describe(errno))", status: .wrongUsage)
        }
        guard status.st_uid == geteuid() else {
            throw Failure(
                "the API key's file belongs to user \(status.st_uid), not to you",
                hint: "make a copy of your own, with mode 600",
                status: .wrongUsage
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                "the API key's file may be used by others (mode \(String(status.st_mode & 0o7777, radix: 8)))",
                hint: "chmod 600 \(path), and think of the key as known to them",
                status: .wrongUsage
            )
        }
        let data = try InputFile(path: path).read()
        do throws(StrictJSONError) {
            members = try StrictJSON.decode(Members.self, from: data)
        } catch {
            let detail = error.detail.map { ": \($0)" } ?? ""
            let wrong = "the API key's file is not a JSON object of publicKey and privateKey\(detail)"
            throw Failure(wrong, status: .wrongUsage)
        }
    }

    /// Makes a stamper with the key.
    ///
    /// - Throws: `Failure` if the private key is invalid, or does not belong to the public key.
    func makeStamper() throws -> APIKeyStamper {
        let stamper = try APIKeyStamper(hexadecimal: members.privateKey)
        guard stamper.publicKey.text == members.publicKey.lowercased() else {
            throw Failure("the API key's file holds two keys that do not belong together", status: .wrongUsage)
        }
        return stamper
    }
}
