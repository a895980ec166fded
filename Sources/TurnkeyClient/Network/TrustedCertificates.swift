// SPDX-License-Identifier: Apache-2.0
import Foundation
package import NIOSSL

/// The certificates of authorities that identify an API: those of `SSL_CERT_FILE` and `SSL_CERT_DIR` alone if either is
/// set; else the system's.
package enum TrustedCertificates {
    /// The files where distributions keep all of them, and the directories where each has its own file.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    private static let systemDirectory = "/etc/ssl/certs"
    /// The largest file that is read, in bytes. All authorities of a distribution take a few hundred KiB.
    private static let limitBytes = 1 << 24

    /// Loads the certificates. `SSL_CERT_DIR` may name several directories separated by colons; each PEM file in them
    /// counts.
    ///
    /// - Throws: `.configuration(.unusableCertificates)` if a variable leads to no certificate. If the system has none,
    ///   the result is empty.
    package static func load(_ environment: [String: String]) throws(TurnkeyError) -> [NIOSSLCertificate] {
        var all: [NIOSSLCertificate] = []
        var isNamed = false
        if let path = environment["SSL_CERT_FILE"], !path.isEmpty {
            isNamed = true
            all += try require(read(path), "SSL_CERT_FILE", path)
        }
        if let paths = environment["SSL_CERT_DIR"], !paths.isEmpty {
            isNamed = true
            all += try require(paths.split(separator: ":").flatMap { readAll(String($0)) }, "SSL_CERT_DIR", paths)
        }
        guard !isNamed else { return all }
        for path in systemFiles {
            let found = read(path)
            guard found.isEmpty else { return found }
        }
        return readAll(systemDirectory)
    }

    /// Counts the certificates that `load` finds.
    ///
    /// - Throws: As `load`.
    package static func count(_ environment: [String: String]) throws(TurnkeyError) -> Int {
        try load(environment).count
    }

    private static func require(
        _ found: [NIOSSLCertificate],
        _ variable: String,
        _ path: String
    ) throws(TurnkeyError) -> [NIOSSLCertificate] {
        guard !found.isEmpty else { throw .configuration(.unusableCertificates(variable: variable, path: path)) }
        return found
    }

    private static func read(_ path: String) -> [NIOSSLCertificate] {
        guard let file = try? RegularFile(path, limitBytes: limitBytes) else { return [] }
        return (try? NIOSSLCertificate.fromPEMBytes(Array(file.data))) ?? []
    }

    private static func readAll(_ directory: String) -> [NIOSSLCertificate] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted().flatMap { read("\(directory)/\($0)") }
    }
}
