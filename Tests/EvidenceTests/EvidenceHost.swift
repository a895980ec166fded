// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Glibc

@testable import stampd_evidence

/// A host of a test's own: an SSH key in a new directory, a helper that is asked for evidence, and what it wrote to its log.
final class EvidenceHost {
    static let unit = "stampd@web.service"
    static let card = #"{"v":1,"fleet":"web","host":"wéb-17 \"quoted\"","nonce":"00"}"#

    let directory: String
    private(set) var lines: [String] = []
    var unitOf: (pid_t) -> String? = { $0 == getpid() ? EvidenceHost.unit : nil }
    var deadlineMilliseconds: Int64 = 60_000
    var program = "/usr/bin/ssh-keygen"
    private let listener: CInt

    /// A host with a key of the type that `ssh-keygen -t` takes, with its options; with none where that is nil.
    init(key: [String]? = ["ed25519"]) throws {
        directory = FakeFrame.makeDirectory()
        listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard withSocketAddress(directory + "/evidence.sock", { bind(listener, $0, $1) }) == 0,
            listen(listener, 64) == 0
        else { throw POSIXError(.EADDRINUSE) }
        guard let key else { return }
        _ = try run(["ssh-keygen", "-q", "-N", "", "-f", keyPath, "-t"] + key)
    }

    deinit { close(listener) }

    var keyPath: String { directory + "/host_key" }

    var server: EvidenceServer {
        EvidenceServer(
            listener: listener,
            source: CardSource(path: directory + "/deliver.sock", unit: Self.unit, unitOf: unitOf),
            signer: HostSigner(keyPath: keyPath, program: program),
            deadlineMilliseconds: deadlineMilliseconds,
            log: { [self] in lines.append($0) }
        )
    }

    /// A frame whose answers are a script's.
    func frame(_ script: @escaping @Sendable (Peer) -> Void) -> FakeFrame {
        FakeFrame(directory: directory, socket: "deliver.sock", script: script)
    }

    /// One that answers GetCard, as often as it is asked.
    func frame(_ card: String = EvidenceHost.card) -> FakeFrame {
        let answer = Self.answer(card)
        return frame { peer in while peer.readCall()?.method == "io.stampd.Delivery.GetCard" { peer.send(answer) } }
    }

    static func answer(_ card: String) -> String {
        let text = String(decoding: (try? JSONEncoder().encode(card)) ?? Data(), as: UTF8.self)
        return #"{"parameters":{"card":\#(text)}}"#
    }

    /// A connection that waits to be served.
    func connect() throws -> CInt {
        let connection = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard withSocketAddress(directory + "/evidence.sock", { Glibc.connect(connection, $0, $1) }) == 0 else {
            throw POSIXError(.ECONNREFUSED)
        }
        return connection
    }

    /// What a new connection gets.
    func ask() throws -> [UInt8] {
        let connection = try connect()
        defer { close(connection) }
        try server.serveNext()
        return Self.readAll(connection)
    }

    static func readAll(_ connection: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(connection, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        return bytes
    }

    /// Whether ssh-keygen, told that the host has this key, finds the evidence right for these bytes in this namespace.
    func verifies(
        _ evidence: String,
        over bytes: [UInt8],
        namespace: String = "stampd-card@stampd.io"
    ) throws -> Bool {
        let key = try String(contentsOfFile: keyPath + ".pub", encoding: .utf8)
        try "web-17.example \(key)".write(toFile: directory + "/allowed", atomically: true, encoding: .utf8)
        try evidence.write(toFile: directory + "/evidence", atomically: true, encoding: .utf8)
        let command = ["ssh-keygen", "-Y", "verify", "-n", namespace, "-I", "web-17.example"]
        let files = ["-f", directory + "/allowed", "-s", directory + "/evidence"]
        return try run(command + files, input: bytes) == 0
    }

    /// A program's exit status; its words are dropped.
    func run(_ command: [String], input: [UInt8] = []) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let pipe = Pipe()
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Fits into the pipe, whether it is read or not.
        try? pipe.fileHandleForWriting.write(contentsOf: input)
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// An envelope as Foundation reads it: a second implementation.
struct ReadEnvelope: Decodable {
    let card: String
    let evidence: String

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) }

    /// Of the card.
    var bytes: [UInt8] {
        let text = card.replacing("-", with: "+").replacing("_", with: "/")
        return Array(Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)) ?? Data())
    }
}
