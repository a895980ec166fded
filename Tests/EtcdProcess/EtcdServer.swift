// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A real etcd of one member, on ports of its own of loopback, in a directory of its own. It ends with this process.
package final class EtcdServer: Sendable {
    package struct Fault: Error {
        package let message: String
    }

    package static let isInstalled = ["etcd", "etcdctl"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    package let directory: String
    package let port: Int
    private let peerPort: Int
    package let certificate: TestCertificate?
    private let options: [String]
    private let process = Mutex<ChildOfThread?>(nil)

    package var scheme: String { certificate == nil ? "http" : "https" }
    package var carrier: String { "etcd+\(scheme)://127.0.0.1:\(port)" }
    package var processId: pid_t? { process.withLock { $0?.processId } }

    /// Starts it, and waits until it answers.
    package init(_ certificate: TestCertificate? = nil, _ options: [String] = []) throws {
        directory = try makeDirectory()
        (port, peerPort) = (try findPort(), try findPort())
        (self.certificate, self.options) = (certificate, options)
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts it with what it had: again, after `kill`.
    package func start() throws {
        let (client, peer) = ("\(scheme)://127.0.0.1:\(port)", "http://127.0.0.1:\(peerPort)")
        let tls = certificate.map { ["--cert-file", $0.certificatePath, "--key-file", $0.keyPath] } ?? []
        let child = try ChildOfThread(
            ["/usr/bin/etcd", "--data-dir", "\(directory)/data", "--listen-client-urls", client]
                + ["--advertise-client-urls", client, "--listen-peer-urls", peer]
                + ["--initial-advertise-peer-urls", peer, "--initial-cluster", "default=\(peer)"]
                + ["--log-level", "error"] + tls + options,
            log: "\(directory)/log"
        )
        process.withLock { $0 = child }
        // Whoever asks: etcdctl would have to be a user where there are users.
        try waitUntil("etcd answers") {
            (try? run(["/usr/bin/curl", "--silent", "--fail", "--insecure", "\(client)/health"], [:])) != nil
        }
    }

    /// As kill -9.
    package func kill() { process.withLock { $0.take() }?.end() }

    package func send(_ signal: CInt) { process.withLock { $0 }?.send(signal) }

    /// Runs etcdctl(1), and answers what it printed.
    @discardableResult
    package func etcdctl(_ arguments: [String]) throws -> String {
        let tls = certificate.map { ["--cacert", $0.certificatePath] } ?? []
        return try run(
            ["/usr/bin/etcdctl", "--endpoints", "\(scheme)://127.0.0.1:\(port)"] + tls + arguments,
            ["ETCDCTL_API": "3"]
        )
    }

    package static let rootPassword = "root's own"
    package static var asRoot: [String] { ["--user", "root:\(rootPassword)"] }

    /// Makes a user for each of these names with what a courier may do, and `approver`; the password is the name twice. From
    /// then on nobody else may do anything.
    package func enableUsers(fleet: String, frames: [String]) throws {
        try etcdctl(["user", "add", "root:\(Self.rootPassword)"])
        try etcdctl(["user", "grant-role", "root", "root"])
        for frame in frames { try addCourier(fleet: fleet, frame) }
        try etcdctl(["role", "add", "approver"])
        try etcdctl(["role", "grant-permission", "approver", "readwrite", "--prefix", "/stampd/\(fleet)/"])
        try etcdctl(["user", "add", "approver:approverapprover"])
        try etcdctl(["user", "grant-role", "approver", "approver"])
        try etcdctl(["auth", "enable"])
    }

    package func addCourier(fleet: String, _ frame: String, as root: [String] = []) throws {
        let keys = "/stampd/\(fleet)"
        try etcdctl(root + ["role", "add", frame])
        for (right, kind) in [("readwrite", "cards"), ("readwrite", "receipts"), ("read", "parcels")] {
            try etcdctl(root + ["role", "grant-permission", frame, right, "\(keys)/\(kind)/\(frame)"])
        }
        try etcdctl(root + ["user", "add", "\(frame):\(frame)\(frame)"])
        try etcdctl(root + ["user", "grant-role", frame, frame])
    }
}

/// A self-signed certificate for this machine's loopback, made by openssl(1).
package struct TestCertificate: Sendable {
    package let certificatePath: String
    package let keyPath: String

    package init(names: String = "DNS:localhost,IP:127.0.0.1") throws {
        let directory = try makeDirectory()
        (certificatePath, keyPath) = (directory + "/certificate.pem", directory + "/key.pem")
        _ = try run(
            [
                "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=\(names)", "-keyout", keyPath,
                "-out", certificatePath,
            ],
            [:]
        )
    }

    package func read() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: certificatePath))) }
}
