// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Signs with the host's SSH key. It runs ssh-keygen(1), so that no private key is ever in this process.
struct HostSigner {
    /// The namespace of a signature over a card (OpenSSH's PROTOCOL.sshsig).
    static let namespace = "stampd-card@stampd.io"
    /// The largest signature, in bytes. An RSA key of 16,384 bits, the largest that OpenSSH takes, makes one of 6 KiB.
    static let signatureLimitBytes = 8192

    /// The smallest private key file, in bytes: a scalar of 32 bytes in base64 between two lines.
    static let shortestKeyByteCount = 96

    /// The private key's file.
    let keyPath: String
    var program = "/usr/bin/ssh-keygen"

    /// Makes the armored SSHSIG over these bytes, which are passed to ssh-keygen in memory.
    ///
    /// ssh-keygen's messages go to standard error. It is killed if the deadline passes.
    /// - Throws: `.noHostKey` if the file is missing, or too short for a key; `.notSigned`, `.notASignature`, `.tooLate(.signature)`.
    func sign(_ card: [UInt8], by deadline: Deadline) throws(EvidenceFault) -> [UInt8] {
        var file = stat()
        guard unsafe stat(keyPath, &file) == 0, file.st_size >= Self.shortestKeyByteCount else { throw .noHostKey }
        let arguments = [program, "-q", "-Y", "sign", "-n", Self.namespace, "-f", keyPath]
        let signature = try run(arguments, giving: card, by: deadline)
        guard Self.isArmored(signature) else { throw .notASignature }
        return signature
    }

    /// Runs a program with `input` as its standard input, and returns what it printed; the program must exit with 0.
    private func run(
        _ arguments: [String],
        giving input: [UInt8],
        by deadline: Deadline
    ) throws(EvidenceFault) -> [UInt8] {
        let source = try Self.makeInput(input)
        defer { close(source) }
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else { throw .system(SystemFault(call: "pipe2", code: errno)) }
        defer { close(ends[0]) }
        var child = try Self.start(arguments, source, ends[1])
        let output = try Self.readAll(ends[0], by: deadline)
        let status = try child.wait(by: deadline)
        guard status == 0 else { throw .notSigned(exitStatus: status) }
        return output
    }

    /// Starts the program, and closes its end of the pipe here, even if the start fails.
    private static func start(_ arguments: [String], _ input: CInt, _ output: CInt) throws(EvidenceFault) -> Child {
        defer { close(output) }
        return try Child(arguments, standardInput: input, standardOutput: output)
    }

    /// Makes a descriptor in memory from which these bytes can be read.
    private static func makeInput(_ bytes: [UInt8]) throws(EvidenceFault) -> CInt {
        let memory = unsafe CLinuxMemfd("card")
        guard memory >= 0 else { throw .system(SystemFault(call: "memfd_create", code: errno)) }
        guard unsafe write(memory, bytes, bytes.count) == bytes.count, lseek(memory, 0, SEEK_SET) == 0 else {
            let code = errno
            close(memory)
            throw .system(SystemFault(call: "write", code: code))
        }
        return memory
    }

    private static func readAll(_ pipe: CInt, by deadline: Deadline) throws(EvidenceFault) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            try deadline.wait(for: pipe, POLLIN, .signature)
            let count = unsafe read(pipe, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(SystemFault(call: "read", code: errno)) }
            bytes += piece[..<count]
            guard bytes.count <= signatureLimitBytes else { throw .notASignature }
        }
    }

    /// Whether the text is lines of printable ASCII between the first and the last line of an armored SSHSIG.
    private static func isArmored(_ text: [UInt8]) -> Bool {
        text.starts(with: "-----BEGIN SSH SIGNATURE-----\n".utf8)
            && text.reversed().starts(with: "-----END SSH SIGNATURE-----\n".utf8.reversed())
            && text.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) }
    }
}
