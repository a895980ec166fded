// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@Suite("the deliver socket", .serialized, .timeLimit(.minutes(15)))
struct DeliverSocketTests {
    @Test("it serves io.stampd.Delivery and nothing else, and the other sockets do not serve that") func served()
        async throws
    {
        try await withFleetFrame(fleetConfiguration([ConfiguredApprover()])) { frame, _ in
            let client = try frame.deliverClient()
            #expect(
                try client.call("org.varlink.service.GetInfo").parameters["interfaces"] as? [String]
                    == ["org.varlink.service", "io.stampd.Delivery"]
            )
            let description = try client.call(
                "org.varlink.service.GetInterfaceDescription",
                ["interface": "io.stampd.Delivery"]
            )
            let file = try String(contentsOf: repository("docs/reference/io.stampd.Delivery.varlink"), encoding: .utf8)
            #expect(description["description"] == file)
            for method in ["GetStatus", "Stamp", "GetSession", "Monitor", "ReportRejected"] {
                #expect(
                    try client.stamper(method, ["payload": "p"]).summary
                        == "InterfaceNotFound interface=io.stampd.Stamper"
                )
            }
            for method in ["CreateSessionKey", "ActivateSession", "ResetEmbeddedKey", "Lock", "EndSession"] {
                #expect(try client.control(method).summary == "InterfaceNotFound interface=io.stampd.Control")
            }
            #expect(
                try client.call("io.stampd.Delivery.NoSuch").summary
                    == "MethodNotFound method=io.stampd.Delivery.NoSuch"
            )
            for other in [try frame.stampClient(), try frame.controlClient()] {
                #expect(
                    try other.call("io.stampd.Delivery.GetCard").summary
                        == "InterfaceNotFound interface=io.stampd.Delivery"
                )
            }
            let mode = try #require(fileStatus("\(frame.directory)/deliver.sock")?.st_mode)
            #expect(mode & 0o777 == 0o600)
            #expect(try frame.stop() == .exited(0))
            #expect(fileStatus("\(frame.directory)/deliver.sock") == nil)
        }
    }

    @Test("a frame without the member says that it is not configured; without the option it has no such socket")
    func notConfigured() async throws {
        try await withFrame(["--deliver-socket"]) { frame in
            let client = try frame.deliverClient()
            #expect(try client.call("io.stampd.Delivery.GetCard").summary == "NotConfigured")
            #expect(
                try client.call("io.stampd.Delivery.Deliver", ["parcel": "", "signature": ""]).summary
                    == "NotConfigured"
            )
        }
        try await withFrame { frame in #expect(fileStatus("\(frame.directory)/deliver.sock") == nil) }
    }

    @Test("a service manager passes it as deliver, and rules on payloads ask no set of it") func passed() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let members: [String: Any] = ["rules": ["stamp": "contained"]]
                let file = try ConfigurationFile(
                    fleetConfiguration([ConfiguredApprover()], with: members),
                    in: own.path
                )
                try TemporaryDirectory.with { directory in
                    let sockets =
                        try PassedListener.pair(in: directory.path) + [
                            PassedListener("deliver", path: directory.path(of: "deliver.sock"))
                        ]
                    let options = [
                        "--configuration", file.path, "--machine-id", String(repeating: "0a", count: 16),
                        "--instance=web",
                    ]
                    let frame = try FrameProcess(in: directory.path, passing: sockets, options)
                    defer { frame.end() }
                    #expect(frame.log.contains(" serves control, stamp, deliver, pid "))
                    let machine = String(repeating: "0a", count: 16)
                    let digest = ReceivedCard(text: "stampd frame v1\0\(machine)\0web").hash
                    #expect(try frame.card()["frame"] == String(digest.prefix(32)))
                }
            }
        }
    }

    @Test(
        "another user is refused, unless a service manager's socket lets it in; who may is configured as for the others",
        .otherUsers
    )
    func otherUsers() async throws {
        let other: UInt32 = 12_345
        let text = try fleetConfiguration([ConfiguredApprover()])
        try await withFleetFrame(text) { frame, _ in
            chmod(frame.directory, 0o755)
            #expect(throws: (any Error).self) { try OtherUser(other, 1, at: "\(frame.directory)/deliver.sock") }
            chmod("\(frame.directory)/deliver.sock", 0o666)
            let client = try OtherUser(other, 1, at: "\(frame.directory)/deliver.sock")
            #expect(try Self.getCard(client).summary == "Denied fallback=never rule=peer")
        }
        try await blocking {
            try TemporaryDirectory.with { own in
                let rules = ["authorization": ["deliver": ["uids": [0]]]]
                let file = try ConfigurationFile(fleetConfiguration([ConfiguredApprover()], with: rules), in: own.path)
                try TemporaryDirectory.with(mode: 0o755) { directory in
                    let sockets =
                        try PassedListener.pair(in: directory.path) + [
                            PassedListener("deliver", path: directory.path(of: "deliver.sock"))
                        ]
                    chmod(directory.path(of: "deliver.sock"), 0o666)
                    let frame = try FrameProcess(
                        in: directory.path,
                        passing: sockets,
                        ["--configuration", file.path, "--frame-id", "a"]
                    )
                    defer { frame.end() }
                    let path = directory.path(of: "deliver.sock")
                    let refused = try OtherUser(other, 1, at: path)
                    #expect(try Self.getCard(refused).summary == "Denied fallback=never rule=peer")
                    #expect(try frame.card()["frame"] == "a")
                    try file.replace(fleetConfiguration([ConfiguredApprover()]))
                    try frame.reloadByHand()
                    let served = try OtherUser(other, 1, at: path)
                    #expect(try Self.getCard(served).error == nil)
                }
            }
        }
    }

    @Test(
        "a group that the frame is told of may deliver, as other users than the frame's, and do nothing else",
        .otherUsers
    )
    func group() async throws {
        let courier: UInt32 = 12_345
        try await withFleetFrame(
            fleetConfiguration([ConfiguredApprover()]),
            ["--deliver-group", "\(courier)"]
        ) { frame, _ in
            chmod(frame.directory, 0o755)
            let path = "\(frame.directory)/deliver.sock"
            let status = try #require(fileStatus(path))
            #expect(status.st_mode & 0o777 == 0o660 && status.st_gid == courier && status.st_uid == geteuid())
            #expect(try Self.getCard(OtherUser(courier, 1, at: path)).error == nil)
            // Of no such group.
            #expect(throws: (any Error).self) { try OtherUser(courier + 1, 1, at: path) }
            for socket in ["stamp", "control"] {
                #expect(throws: (any Error).self) { try OtherUser(courier, 1, at: "\(frame.directory)/\(socket).sock") }
            }
        }
    }

    @Test("a frame whose user is not in that group does not start", .otherUsers) func foreignGroup() async throws {
        try await blocking {
            try TemporaryDirectory.with(mode: 0o755) { directory in
                let user: UInt32 = 12_346
                chown(directory.path, user, user)
                let options = ["--socket-directory", directory.path, "--deliver-socket", "--deliver-group", "12345"]
                let process = try ChildProcess(Neighbour.launcher(user) + [FrameProcess.executable] + options)
                defer { process.end() }
                #expect(try process.wait() == .exited(77))
                try process.errors.waitForEnd()
                #expect(process.errors.text.contains("a socket cannot be opened to the group 12345"))
            }
        }
    }

    /// Asks as another user, whose process lives as long: a connection ends with the process that connected.
    private static func getCard(_ user: OtherUser) throws -> Message {
        try withExtendedLifetime(user) { try user.clients[0].call("io.stampd.Delivery.GetCard") }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let options: [String]
        let line: String
        var testDescription: String { options.joined(separator: " ") }
    }

    private static let machine = String(repeating: "0a", count: 16)

    @Test(
        "options that cannot be are refused before anything starts",
        arguments: [
            Row(options: ["--deliver-socket"], line: "--deliver-socket goes with --socket-directory"),
            Row(options: ["--deliver-group", "1"], line: "--deliver-group goes with --deliver-socket"),
            Row(
                options: ["--socket-directory", "/x", "--deliver-socket", "--deliver-group", "users"],
                line: "--deliver-group takes the number of a group"
            ),
            Row(
                options: ["--socket-directory", "/x", "--deliver-socket", "--deliver-group", "4294967295"],
                line: "--deliver-group takes the number of a group"
            ),
            Row(options: ["--deliver-socket=x"], line: "there is no place for '--deliver-socket=x'"),
            Row(
                options: ["--frame-id", "A"],
                line: "--frame-id takes 1 to 64 of a-z 0-9 . _ -, the first a letter or a digit"
            ),
            Row(options: ["--frame-id", ".a"], line: "--frame-id takes 1 to 64"),
            Row(
                options: ["--frame-id", "a", "--machine-id", machine, "--instance", "b"],
                line: "--frame-id goes without --machine-id"
            ),
            Row(options: ["--machine-id", machine], line: "--machine-id and --instance go together"),
            Row(options: ["--instance", "a"], line: "--machine-id and --instance go together"),
            Row(
                options: ["--machine-id", "0A", "--instance", "a"],
                line: "--machine-id takes 32 lower-case hex digits"
            ),
            Row(options: ["--machine-id", machine, "--instance", "a b"], line: "--instance takes at most 255 bytes"),
        ]
    ) func options(_ row: Row) async throws {
        try await blocking {
            let process = try ChildProcess([FrameProcess.executable] + row.options)
            defer { process.end() }
            #expect(try process.wait() == .exited(64))
            try process.errors.waitForEnd()
            #expect(process.errors.text.hasPrefix("stampd: \(row.line)"), "\(process.errors.text)")
        }
    }

    @Test(
        "a frame that does not know its name in the fleet does not start with the member, nor with a key that is no point"
    )
    func names() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let approver = ConfiguredApprover(SSHSigningKey(.ecdsa))
                let file = try ConfigurationFile(fleetConfiguration([approver]), in: own.path)
                func expect(_ options: [String], _ line: String) throws {
                    let process = try ChildProcess([FrameProcess.executable] + options)
                    defer { process.end() }
                    #expect(try process.wait() == .exited(78))
                    try process.errors.waitForEnd()
                    #expect(process.errors.text.contains(line), "\(process.errors.text)")
                }
                try TemporaryDirectory.with { directory in
                    let options = [
                        "--socket-directory", directory.path, "--journal-socket", "/nowhere", "--configuration",
                        file.path,
                    ]
                    try expect(options, "delivery needs --frame-id NAME, or --machine-id and --instance")
                    let blob = Data(SSHSigningKey.blob(.ecdsa, [4] + [UInt8](repeating: 7, count: 64)))
                        .base64EncodedString()
                    let right = Data(approver.key.blob).base64EncodedString()
                    try file.replace(fleetConfiguration([approver]).replacing(right, with: blob))
                    let line = "delivery: the key of approver 1 is no point of its curve"
                    try expect(options + ["--frame-id", "a"], line)
                    try expect(["--check-configuration", file.path], line)
                }
            }
        }
    }
}
