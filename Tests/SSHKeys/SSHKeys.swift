// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keys of hosts and approvers, made and used by the machine's own ssh-keygen.
package struct SSHKeys: Sendable {
    package let directory: String

    package static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

    package init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/stampd-ssh-keys-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    package func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// - Returns: the private key's path.
    @discardableResult
    package func make(_ name: String, type: String = "ed25519") throws -> String {
        let path = "\(directory)/\(name)"
        try run(["-q", "-t", type, "-N", "", "-C", name, "-f", path])
        return path
    }

    /// `ssh-ed25519 AAAA…`
    package func publicKey(_ name: String) throws -> String {
        let text = try String(contentsOfFile: "\(directory)/\(name).pub", encoding: .utf8)
        return text.split(separator: " ").prefix(2).joined(separator: " ")
    }

    package func sign(_ bytes: [UInt8], by name: String, namespace: String = "stampd-card@stampd.io") throws -> String {
        let file = "\(directory)/message-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(filePath: file))
        try run(["-q", "-Y", "sign", "-n", namespace, "-f", "\(directory)/\(name)", file])
        return try String(contentsOfFile: file + ".sig", encoding: .utf8)
    }

    /// Whether `signature` is one over these bytes by the key of `name`.
    package func verify(_ bytes: [UInt8], _ signature: String, by name: String, namespace: String) throws -> Bool {
        let file = "\(directory)/message-\(UUID().uuidString)"
        try Data(bytes).write(to: URL(filePath: file))
        try Data(signature.utf8).write(to: URL(filePath: file + ".sig"))
        try Data("signer \(publicKey(name))\n".utf8).write(to: URL(filePath: file + ".signers"))
        let arguments = ["-Y", "verify", "-n", namespace, "-I", "signer", "-f", file + ".signers", "-s", file + ".sig"]
        return try status(arguments, input: file) == 0
    }

    private func run(_ arguments: [String]) throws {
        let status = try status(arguments, input: "/dev/null")
        struct Ended: Error { let status: Int32 }
        guard status == 0 else { throw Ended(status: status) }
    }

    private func status(_ arguments: [String], input: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
