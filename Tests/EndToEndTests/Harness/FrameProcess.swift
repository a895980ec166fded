// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

/// A running stampd in a directory of its own.
final class FrameProcess {
    let directory: String
    let process: ChildProcess
    /// What no line of the log may hold: bundles, private keys, and the marker of every payload.
    private var secrets = [payloadMarker]

    /// Starts it as a service manager does, with these sockets, `stamp.sock` and `control.sock` of the directory among them,
    /// and waits until it says that it serves.
    init(
        in directory: String,
        passing sockets: [PassedListener],
        _ options: [String] = [],
        launcher: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        self.directory = directory
        process = try ChildProcess(
            launcher + PassedListener.launcher + [Self.executable] + options,
            environment: environment.merging(PassedListener.environment(sockets)) { $1 },
            passing: sockets.map(\.descriptor)
        )
        try waitUntilItServes()
    }

    /// Starts it and waits until it says that it serves.
    init(
        in directory: String,
        _ options: [String] = [],
        launcher: [String] = [],
        environment: [String: String] = [:],
        passing descriptors: [CInt] = [],
        errors: CInt? = nil
    ) throws {
        self.directory = directory
        process = try ChildProcess(
            launcher + [Self.executable, "--socket-directory", directory] + Self.awayFromJournal(options, directory)
                + options,
            environment: environment,
            passing: descriptors,
            errors: errors
        )
        guard errors == nil else { return }
        try waitUntilItServes()
    }

    private func waitUntilItServes() throws {
        do {
            try process.errors.wait("a frame that serves") { $0.contains(" serves ") }
        } catch {
            process.end()
            throw error
        }
    }

    /// No test writes to the machine's own journal.
    private static func awayFromJournal(_ options: [String], _ directory: String) -> [String] {
        options.contains("--journal-socket") ? [] : ["--journal-socket", "\(directory)/no-journal"]
    }

    /// The product beside this test's own executable.
    static let executable: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("stampd").path
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory)
            if exists, !isDirectory.boolValue { return candidate }
            folder.deleteLastPathComponent()
        }
        return "stampd"
    }()

    var pid: pid_t { process.pid }
    var log: String { process.errors.text }
    var stampPath: String { "\(directory)/stamp.sock" }
    var controlPath: String { "\(directory)/control.sock" }

    func stampClient() throws -> RawClient { try RawClient(path: stampPath) }
    func controlClient() throws -> RawClient { try RawClient(path: controlPath) }

    func waitForLog(_ line: String, within seconds: Double = patience) throws {
        try process.errors.wait("'\(line)' in the log", within: seconds) { $0.contains(line) }
    }

    /// Its embedded key, made where there was none.
    func initEmbeddedKey() throws -> String {
        try #require(try controlClient().control("InitEmbeddedKey")["publicKey"])
    }

    /// A bundle of a credential for this frame.
    func bundle(of credential: Credential) throws -> String {
        let bundle = try credential.bundle(sealedTo: initEmbeddedKey())
        secrets += [bundle, hex(credential.key.rawRepresentation)]
        return bundle
    }

    /// Injects a new credential.
    @discardableResult
    func startSession(_ name: String? = nil, seconds: Int = 900, organizationId: String? = nil) throws -> Credential {
        let credential = Credential()
        var parameters: [String: Any] = ["bundle": try bundle(of: credential), "expirationSeconds": seconds]
        if let name { parameters["session"] = name }
        if let organizationId { parameters["organizationId"] = organizationId }
        let reply = try controlClient().control("InjectCredentialBundle", parameters)
        #expect(reply.error == nil, "\(reply.summary)")
        return credential
    }

    func expectStamps(_ comment: Comment = "a new client is served", with credential: Credential) throws {
        let payload = payload("a new client")
        let reply = try stampClient().stamper("Stamp", ["payload": payload])
        #expect(try reply.isStamp(of: payload, by: credential.publicKey), comment)
    }

    /// A client whose Monitor is open: each event from now on.
    func watcher() throws -> RawClient {
        let client = try stampClient()
        // The frame answers the first call after it has read the second.
        try client.write(
            makeCall("io.stampd.Stamper.GetStatus") + makeCall("io.stampd.Stamper.Monitor", nil, ["more": true])
        )
        _ = try client.readReply()
        return client
    }

    /// Waits until a call on a new connection has no error, as after a place was freed or where the log is not to be had.
    func waitUntilServing() throws -> RawClient {
        var served: RawClient?
        try waitUntil("a place") {
            guard let client = try? stampClient() else { return false }
            let reply = try client.callOrEnd("io.stampd.Stamper.GetStatus")
            if let reply, reply.error == nil { served = client }
            return served != nil
        }
        return try #require(served)
    }

    /// Ends it with SIGTERM; how it ended.
    func stop(within seconds: Double = patience) throws -> ChildProcess.Ending {
        process.send(SIGTERM)
        return try process.wait(within: seconds)
    }

    /// Ends it whatever it does, and looks through its log.
    func end() {
        process.end()
        try? process.errors.waitForEnd(within: 2)
        for secret in secrets { #expect(!log.contains(secret), "the log holds what it must not") }
    }
}

/// Runs `body` with a frame of its own, which is ended and removed.
func withFrame(
    _ options: [String] = [],
    launcher: [String] = [],
    environment: [String: String] = [:],
    _ body: (FrameProcess) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { directory in
            let frame = try FrameProcess(in: directory.path, options, launcher: launcher, environment: environment)
            defer { frame.end() }
            try body(frame)
        }
    }
}

/// In every payload of every test, and in no line of any log.
let payloadMarker = "canary-5f0c1e"

func payload(_ text: some CustomStringConvertible) -> String { #"{"marker":"\#(payloadMarker)","text":"\#(text)"}"# }
