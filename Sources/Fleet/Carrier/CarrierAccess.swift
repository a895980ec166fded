// SPDX-License-Identifier: Apache-2.0
import NIOSSL

/// Access to a carrier: the user for whom it is called, and the authorities whose certificates identify it.
package struct CarrierAccess: Sendable {
    /// A user of etcd.
    package struct User: Sendable, Hashable {
        package let name: String
        package let password: String

        package static let limitBytes = 1_024

        /// `nil` where either is empty, longer than 1,024 bytes, or holds a control character.
        package init?(name: String, password: String) {
            for text in [name, password] {
                let isOneLine = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
                guard isOneLine, (1...Self.limitBytes).contains(text.utf8.count) else { return nil }
            }
            (self.name, self.password) = (name, password)
        }
    }

    package let user: User?
    /// The only certificate authorities that are trusted, in PEM; `nil` for those of `SSL_CERT_FILE`, or the system's.
    package let authorities: [UInt8]?
    /// The environment, which names the trusted certificates where `authorities` is `nil`.
    package let environment: [String: String]

    package init(user: User? = nil, authorities: [UInt8]? = nil, environment: [String: String] = [:]) {
        (self.user, self.authorities, self.environment) = (user, authorities, environment)
    }

    /// Whether `pem` holds certificates in PEM, at least one.
    package static func areAuthorities(_ pem: [UInt8]) -> Bool {
        ((try? NIOSSLCertificate.fromPEMBytes(pem)) ?? []).isEmpty == false
    }
}

extension CarrierPlace {
    /// Makes the carrier of one fleet at this place. Nothing is sent yet.
    ///
    /// - Throws: `.denied` where `access` cannot be used there, or no authority is trusted; `.unreachable` where the system
    ///   gives no thread.
    package func makeCarrier(_ fleet: FleetName, _ access: CarrierAccess) throws(CarrierFault) -> any Carrier {
        switch self {
        case .etcd(let endpoints): return try EtcdCarrier(endpoints, fleet, access)
        case .directory(let path):
            guard access.user == nil, access.authorities == nil else {
                throw .denied(detail: "a directory knows no user and no authorities: its files' owners decide")
            }
            return DirectoryCarrier(path: path)
        }
    }
}
