// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import StampClient
import Testing

@Suite("What stampctl prints", .timeLimit(.minutes(15)))
struct ResultTests {
    static let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
    static let session =
        #"{"name":"default","publicKey":"\#(key)","origin":"bundle","expiresInMilliseconds":899500}"#

    private func run(_ arguments: [String], input: String = "", answering reply: String) async throws -> StampctlProcess
    {
        let script: @Sendable (Peer) -> Void = { peer in
            while let call = peer.readCall() {
                // Monitor streams; every other call has one answer.
                peer.send(call.more ? #"{"continues":true,"parameters":\#(reply)}"# : #"{"parameters":\#(reply)}"#)
                if call.more { return }
            }
        }
        let frame = FakeFrame(script: script)
        let control = FakeFrame(directory: frame.directory, socket: "control.sock", script: script)
        defer {
            frame.stop()
            control.stop()
        }
        return try await StampctlProcess(
            arguments + ["--socket-directory", frame.directory],
            input: Data(input.utf8)
        )
    }

    @Test("a stamp is a header's line, or one JSON object")
    func stamp() async throws {
        let reply = #"{"stampHeaderName":"X-Stamp","stampHeaderValue":"v"}"#
        #expect(try await run(["stamp"], answering: reply).output == "X-Stamp: v\n")
        #expect(try await run(["stamp", "--json"], answering: reply).output == reply + "\n")
    }

    @Test("a session is a table with its time left, or one JSON object a line in milliseconds")
    func sessions() async throws {
        let shown = try await run(["session", "show"], answering: #"{"session":\#(Self.session)}"#)
        #expect(shown.output.contains("expires in    14m 59s\n"))
        #expect(shown.output.contains(Self.key.text))
        let listed = try await run(
            ["session", "list", "--json"],
            answering: #"{"sessions":[\#(Self.session),\#(Self.session)]}"#
        )
        let lines = listed.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.contains(#""expiresInMilliseconds":899500"#) })
        #expect(try await run(["session", "list"], answering: #"{"sessions":[]}"#).output.isEmpty)
    }

    @Test("numbers as large as they come are shown", arguments: [Int.max, 1_025])
    func largeNumbers(_ bytes: Int) async throws {
        let account =
            #"{"uid":\#(Int.max),"uids":1,"connections":2,"watchers":3,"waiting":4,"bytes":\#(bytes),"stampsPerSecond":5}"#
        let run = try await run(["status", "--accounts"], answering: #"{"accounts":[\#(account)]}"#)
        #expect(run.status == 0)
        let kibibytes = (Double(bytes) / 1_024).rounded(.up)
        let expected = bytes > 1 << 53 ? bytes / 1_024 + 1 : Int(kibibytes)
        #expect(run.output.contains("  \(expected)  "), "\(run.output)")
        let status =
            #"{"version":"v","uptimeMilliseconds":\#(Int.max),"locked":false,"sessions":\#(Int.max),"connections":1,"#
            + #""stamped":\#(Int.min),"denied":1,"failed":1,"auditLost":1}"#
        let command = bytes == .max ? "status" : "metrics"
        #expect(try await self.run([command], answering: #"{"status":\#(status)}"#).status == 0)
    }

    @Test("an event is a line, as it happens")
    func events() async throws {
        let reply = #"{"event":{"kind":"sessionExpiring","session":"s","expiresInMilliseconds":60000}}"#
        let plain = try await run(["monitor"], answering: reply)
        #expect(plain.output == "sessionExpiring s 1m 0s\n")
        #expect(plain.status == 4)
        let json = try await run(["monitor", "--json"], answering: reply)
        #expect(json.output == #"{"expiresInMilliseconds":60000,"kind":"sessionExpiring","session":"s"}"# + "\n")
    }

    @Test(
        "what only does something prints nothing",
        arguments: [
            ["lock"], ["unlock"], ["session", "end"], ["session", "drop", "02" + String(repeating: "ab", count: 32)],
            ["key", "reset", "--force"],
        ]
    )
    func silent(_ arguments: [String]) async throws {
        let run = try await run(arguments, answering: "{}")
        #expect(run.status == 0)
        #expect(run.output.isEmpty)
        #expect(run.errors.isEmpty)
    }

    @Test(
        "a payload is taken byte for byte; of a bundle one newline at the end is left out",
        arguments: [
            ("stamp", "payload\n", "payload\n"), ("stamp", "", ""), ("inject", "bundle\n", "bundle"),
            ("inject", "bundle", "bundle"), ("inject", "bundle\n\n", "bundle\n"), ("inject", "bundle\r\n", "bundle\r"),
        ]
    )
    func input(_ command: String, _ input: String, _ sent: String) async throws {
        let (texts, sink) = AsyncStream.makeStream(of: [UInt8].self)
        let script: @Sendable (Peer) -> Void = { peer in
            guard let call = peer.readCall() else { return }
            let text = call.parameters[command == "stamp" ? "payload" : "bundle"] as? String
            sink.yield(Array((text ?? "absent").utf8))
            peer.send(#"{"error":"io.stampd.Stamper.Locked","parameters":{"fallback":"retry"}}"#)
            _ = peer.readCall()
        }
        let frame = FakeFrame(socket: command == "stamp" ? "stamp.sock" : "control.sock", script: script)
        defer { frame.stop() }
        let fromInput = try await StampctlProcess(
            [command, "--socket-directory", frame.directory],
            input: Data(input.utf8)
        )
        #expect(fromInput.status == 4)
        #expect(await texts.first { _ in true } == Array(sent.utf8))
        let file = FakeFrame.makeDirectory() + "/input"
        try Data(input.utf8).write(to: URL(filePath: file))
        _ = try await StampctlProcess([command, file, "--socket-directory", frame.directory])
        #expect(await texts.first { _ in true } == Array(sent.utf8))
    }

    @Test("what is not UTF-8 is not sent")
    func notText() async throws {
        let run = try await StampctlProcess(
            ["stamp", "--socket-directory", FakeFrame.makeDirectory()],
            input: Data([0xFF])
        )
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("stampctl: standard input is not UTF-8"))
    }
}
