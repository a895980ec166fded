// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Synchronization
import Testing

@Suite("What stampctl leaves unfinished at the API", .timeLimit(.minutes(15)))
struct ActivityTests {
    private static func makeActivity(_ status: String) -> String {
        #"{"activity":{"id":"a1","organizationId":"o","status":"ACTIVITY_STATUS_\#(status)","fingerprint":"sha256:ff","#
            + #""type":"ACTIVITY_TYPE_X","result":{}}}"#
    }

    private static func makeUnfinished(_ status: String) -> String {
        #"{"activity":{"fingerprint":"sha256:ff","id":"a1","organizationId":"o","#
            + #""status":"ACTIVITY_STATUS_\#(status)","type":"ACTIVITY_TYPE_X"}}"# + "\n"
    }

    /// A frame that stamps, and an API that answers `body` to every request.
    private func run(
        _ arguments: [String],
        _ status: Int = 200,
        answering body: String,
        outputPath: String? = nil
    ) async throws -> StampctlProcess {
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                call.method.hasSuffix(".Stamp") ? peer.send(Peer.stampReply("stamp")) : peer.send("{}")
            }
        }
        defer { frame.stop() }
        let api = AnsweringServer("HTTP/1.1 \(status) S\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return try await StampctlProcess(
            arguments + ["--socket-directory", frame.directory],
            input: Data(#"{"organizationId":"o"}"#.utf8),
            environment: [
                "TURNKEY_API_BASE_URL": "http://127.0.0.1:\(api.port)", "TURNKEY_ORGANIZATION_ID": "o",
                "XDG_STATE_HOME": FakeFrame.makeDirectory(),
            ],
            outputPath: outputPath
        )
    }

    @Test("an activity that cannot be printed is named on standard error, with the same status")
    func unprinted() async throws {
        let body = Self.makeActivity("CONSENSUS_NEEDED")
        let run = try await run(["request", "submit", "x", "--json"], answering: body, outputPath: "/dev/full")
        #expect(run.status == 5)
        #expect(run.errors.contains("stampctl: cannot write the result: No space left on device\n"))
        #expect(run.errors.contains("the activity a1 (fingerprint sha256:ff) needs the approval of"))
    }

    @Test(
        "an activity that needs somebody's approval ends with 5, its identifier and its fingerprint",
        arguments: ["CONSENSUS_NEEDED", "AUTHENTICATORS_NEEDED"]
    )
    func needsApproval(_ status: String) async throws {
        let json = try await run(["request", "submit", "x", "--json"], answering: Self.makeActivity(status))
        #expect(json.status == 5)
        #expect(json.output == Self.makeUnfinished(status))
        let text = try await run(["request", "submit", "x"], answering: Self.makeActivity(status))
        #expect(text.status == 5)
        #expect(text.output.isEmpty)
        #expect(text.errors.contains("the activity a1 (fingerprint sha256:ff) needs the approval of"))
        #expect(text.errors.contains("\"stampctl activity wait a1 --organization-id o --socket-directory /"))
    }

    @Test("waiting ends with 4 where the activity is still pending, and names it again")
    func pending() async throws {
        let wait = ["activity", "wait", "a1", "--timeout-seconds", "1", "--json", "--session=default"]
        let run = try await run(wait, answering: Self.makeActivity("PENDING"))
        #expect(run.status == 4)
        #expect(run.output == Self.makeUnfinished("PENDING"))
        let command = #/"stampctl activity wait a1 --organization-id o --session=default --socket-directory [^ ]+"/#
        #expect(run.errors.contains(command), "\(run.errors)")
    }

    @Test("waiting for what has ended prints it, or says how it ended")
    func ended() async throws {
        let done = try await run(["activity", "wait", "a1"], answering: Self.makeActivity("COMPLETED"))
        #expect(done.status == 0)
        #expect(done.output == Self.makeActivity("COMPLETED") + "\n")
        let rejected = try await run(["activity", "wait", "a1"], answering: Self.makeActivity("REJECTED"))
        #expect(rejected.status == 5)
        #expect(rejected.output.isEmpty)
    }

    @Test(
        "what is no answer is not printed, and ends with 5, its type and its first characters",
        arguments: ["<html>\u{1B}]0;x\u{7}", "", "[]", "{", "{}{}", "\u{1F}\u{8B}"]
    )
    func noAnswer(_ body: String) async throws {
        let run = try await run(["request", "query", "whoami"], answering: body)
        #expect(run.status == 5)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("no JSON object, no Content-Type"))
        #expect(!run.errors.contains("\u{1B}]"))
    }

    @Test("an answer in one line has each value as the API spelled it, and in its order")
    func exact() async throws {
        let numbers =
            #""z":9007199254740993,"a":18446744073709551616,"c":1.0,"d":-0,"e":1e3,"f":0.10000000000000000001"#
        let body = "{ \(numbers.replacing(",", with: " ,\r\n\t")), \"t\" : \" a \\\" b \\u202e\" }"
        let run = try await run(["request", "query", "whoami", "--json"], answering: body)
        #expect(run.output == "{\(numbers),\"t\":\" a \\\" b \\u202e\"}\n")
    }

    @Test("a session that is over while an activity is pending is told with both: log in, then wait")
    func overMeanwhile() async throws {
        // Each stamp may come on a connection of its own.
        let isFirst = Atomic(true)
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                guard call.method.hasSuffix(".Stamp"), isFirst.exchange(false, ordering: .relaxed) else {
                    peer.send(
                        #"{"error":"io.stampd.Stamper.NoSession","parameters":{"session":"default","fallback":"passkey"}}"#
                    )
                    continue
                }
                peer.send(Peer.stampReply("stamp"))
            }
        }
        defer { frame.stop() }
        let body = Self.makeActivity("PENDING")
        let api = AnsweringServer("HTTP/1.1 200 S\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let run = try await StampctlProcess(
            ["request", "submit", "x", "--socket-directory", frame.directory, "--rp-id", "example.com"],
            input: Data(#"{"organizationId":"o"}"#.utf8),
            environment: [
                "TURNKEY_API_BASE_URL": "http://127.0.0.1:\(api.port)", "XDG_STATE_HOME": FakeFrame.makeDirectory(),
            ]
        )
        #expect(run.status == 3)
        #expect(
            run.errors.hasSuffix(
                "hint: it goes on at the API: \"stampctl login\" first, and then "
                    + "\"stampctl activity wait a1 --organization-id o --socket-directory \(frame.directory)\"\n"
            ),
            "\(run.errors)"
        )
    }

    @Test("later is 4, whatever the code is", arguments: [408, 425, 429, 500, 503, 504])
    func later(_ status: Int) async throws {
        let body = #"{"code":4,"message":"m","details":[],"turnkeyErrorCode":"SOMETHING_NEW"}"#
        #expect(try await run(["request", "query", "whoami"], status, answering: body).status == 4)
    }
}

/// Answers each connection's first bytes with the same ones.
private final class AnsweringServer: Sendable {
    let port: UInt16

    init(_ answer: String) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(listener, $0, length) == 0)
                getsockname(listener, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        listen(listener, 16)
        Thread.detachNewThread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { continue }
                Thread.detachNewThread {
                    var buffer = [UInt8](repeating: 0, count: 65_536)
                    while read(peer, &buffer, buffer.count) > 0 {
                        let bytes = Array(answer.utf8)
                        _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                    }
                    close(peer)
                }
            }
        }
    }
}
