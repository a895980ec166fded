// SPDX-License-Identifier: Apache-2.0
import Foundation

/// OpenSSH's own key and its signatures.
package struct SSHKeygen {
    private let directory: URL
    /// The public key's file.
    package let line: String

    struct Failed: Error { let arguments: [String], status: Int32 }

    /// Makes a key of a type that ssh-keygen makes without a device, such as `ed25519`, in a directory of the caller's.
    package init(_ type: String, in directory: String) throws {
        self.directory = URL(filePath: directory)
        _ = try Self.run(["-q", "-t", type, "-N", "", "-C", "a comment", "-f", "\(directory)/key"])
        line = try String(contentsOfFile: "\(directory)/key.pub", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    /// As `ssh-keygen -l` prints it.
    package func fingerprint() throws -> String {
        let text = try Self.run(["-l", "-f", directory.appending(path: "key.pub").path])
        return String(text.split(separator: " ")[1])
    }

    /// `hash`: `sha256` or `sha512`.
    package func sign(_ message: String, namespace: String, hash: String = "sha512") throws -> String {
        let file = directory.appending(path: "message").path
        try message.write(toFile: file, atomically: false, encoding: .utf8)
        try? FileManager.default.removeItem(atPath: file + ".sig")
        let key = directory.appending(path: "key").path
        _ = try Self.run(["-q", "-Y", "sign", "-O", "hashalg=\(hash)", "-n", namespace, "-f", key, file])
        return try String(contentsOfFile: file + ".sig", encoding: .utf8)
    }

    /// Whether OpenSSH takes a signature over the message by a key.
    package static func verifies(
        _ signature: String,
        of message: String,
        by line: String,
        namespace: String,
        in directory: String
    ) throws -> Bool {
        let (allowed, file) = ("\(directory)/allowed_signers", "\(directory)/signature")
        try "me \(line)\n".write(toFile: allowed, atomically: false, encoding: .utf8)
        try signature.write(toFile: file, atomically: false, encoding: .utf8)
        let arguments = ["-Y", "verify", "-f", allowed, "-I", "me", "-n", namespace, "-s", file]
        do { _ = try run(arguments, input: message) } catch is Failed { return false }
        return true
    }

    private static func run(_ arguments: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ssh-keygen"] + arguments
        let (standardInput, output) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(arguments: arguments, status: process.terminationStatus)
        }
        return text
    }
}
