// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Runs `ssh-keygen -Y`, which verifies a host's evidence, and signs parcels with a file, an agent or a FIDO2 key.
package struct SSHKeygen: Sendable {
    package enum Fault: Error, Sendable, Equatable {
        /// The program cannot be executed.
        case notStarted(reason: String)
        /// A file for it could not be written or read.
        case files(reason: String)
        /// The program ended with this status.
        case failed(status: CInt)
        /// The program took longer than these seconds.
        case tooLate(seconds: Int)
        /// The program ended well, and wrote no signature.
        case noSignature
        case cancelled
    }

    /// The limit for verifying, which takes some five milliseconds.
    static let verificationSeconds = 30
    /// The limit for signing, which waits for a person: for a passphrase, and for a touch for each message.
    static let signingSeconds = (least: 300, each: 30)

    private let program: String

    package init(program: String = "ssh-keygen") {
        self.program = program
    }

    /// Verifies whether `signature` is `host`'s over `message`, by the allowed signers in `signersPath`.
    ///
    /// - Throws: `.notStarted`, `.files`, `.tooLate`, `.cancelled`: then nothing is known of the signature.
    func verify(
        _ message: [UInt8],
        signature: String,
        host: HostName,
        signersPath: String,
        in directory: TemporaryDirectory,
        name: String
    ) async throws(Fault) -> Bool {
        let messagePath = try directory.write(message, as: name)
        let signaturePath = try directory.write(Array(signature.utf8), as: name + ".sig")
        defer { directory.remove([name, name + ".sig"]) }
        let arguments = [
            program, "-Y", "verify", "-n", AllowedSigners.namespace, "-I", host.description, "-f", signersPath, "-s",
            signaturePath,
        ]
        let status = try await run(arguments, .quiet(inputPath: messagePath), seconds: Self.verificationSeconds)
        // 127: the child of posix_spawnp(3) could not execute the program. 255: `ssh-keygen` refuses the signature.
        guard status != 127 else { throw .notStarted(reason: "it could not be executed") }
        return status == 0
    }

    /// Signs each message with the key at `keyPath`, in one run, which asks for a passphrase once.
    ///
    /// `keyPath` is a private key, or a public key whose private key an agent has. Questions and complaints of `ssh-keygen` go
    /// to standard error.
    /// - Returns: the armored signatures in the messages' order.
    func sign(_ messages: [[UInt8]], namespace: String, keyPath: String) async throws(Fault) -> [String] {
        guard !messages.isEmpty else { return [] }
        let directory = try TemporaryDirectory()
        defer { directory.removeAll() }
        var paths: [String] = []
        for (index, message) in messages.enumerated() { paths.append(try directory.write(message, as: "\(index)")) }
        let arguments = [program, "-q", "-Y", "sign", "-n", namespace, "-f", keyPath] + paths
        let seconds = max(Self.signingSeconds.least, Self.signingSeconds.each * messages.count)
        let status = try await run(arguments, .shared, seconds: seconds)
        guard status == 0 else { throw .failed(status: status) }
        var signatures: [String] = []
        for path in paths {
            let text = directory.read(path + ".sig", limitBytes: ArmoredSignature.limitBytes)
            guard let text, ArmoredSignature.isOne(text) else { throw .noSignature }
            signatures.append(text)
        }
        return signatures
    }

    private func run(
        _ arguments: [String],
        _ streams: ChildRun.Streams,
        seconds: Int
    ) async throws(Fault) -> CInt {
        do throws(ChildRun.Fault) {
            return try await ChildRun.run(arguments, streams, deadline: .seconds(seconds))
        } catch {
            switch error {
            case .notStarted(let code): throw .notStarted(reason: unsafe String(cString: strerror(code)))
            case .tooLate: throw .tooLate(seconds: seconds)
            case .cancelled: throw .cancelled
            }
        }
    }
}

extension SSHKeygen.Fault {
    /// One line without a full stop.
    package var message: String {
        switch self {
        case .notStarted(let reason): "ssh-keygen cannot be run: \(reason)"
        case .files(let reason): "a file for ssh-keygen cannot be used: \(reason)"
        case .failed(let status): "ssh-keygen signed nothing, and ended with \(status)"
        case .tooLate(let seconds): "ssh-keygen took longer than \(seconds) seconds"
        case .noSignature: "ssh-keygen ended well, and wrote no signature"
        case .cancelled: "it was interrupted"
        }
    }

    package var hint: String? {
        switch self {
        case .notStarted: "install OpenSSH's client (Debian: openssh-client)"
        case .files: "make room in the directory for temporary files, or name another with TMPDIR"
        case .failed: "what it said stands above; --key names a private key, or a public one that ssh-agent has"
        case .tooLate, .noSignature, .cancelled: nil
        }
    }
}
