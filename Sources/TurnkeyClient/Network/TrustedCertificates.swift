// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOSSL

/// Whose word is taken for who an API is: the certificates of `SSL_CERT_FILE` and `SSL_CERT_DIR` where either is set, and
/// then of nobody else; else the system's.
package enum TrustedCertificates {
    /// Where distributions keep all of them in one file, and where each in its own.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ]
    private static let systemDirectory = "/etc/ssl/certs"
    /// All authorities of a distribution are a few hundred KiB.
    private static let limitBytes = 1 << 24

    /// `SSL_CERT_DIR` may name more than one directory, with colons between them; each file in them that is PEM counts.
    ///
    /// - Throws: `.configuration(.unusableCertificates)` for a variable that leads to no certificate; an empty array where
    ///   the system has none.
    static func load(_ environment: [String: String]) throws(TurnkeyError) -> [NIOSSLCertificate] {
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

    /// How many `load` finds.
    ///
    /// - Throws: as `load`.
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
