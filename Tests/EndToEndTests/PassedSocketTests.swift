// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("sockets from the service manager", .serialized, .timeLimit(.minutes(15)))
struct PassedSocketTests {
    @Test("passed sockets are served by their names, several for stamping, and stay when the frame ends")
    func served() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                var sockets = try PassedListener.pair(in: directory.path)
                sockets.append(try PassedListener("stamp-ci.2", path: directory.path(of: "ci.sock")))
                let frame = try FrameProcess(in: directory.path, passing: sockets)
                defer { frame.end() }
                #expect(frame.log.contains(" serves control, stamp, stamp-ci.2, pid \(frame.pid)"))
                let credential = try frame.startSession()
                try frame.expectStamps(with: credential)
                let other = try RawClient(path: directory.path(of: "ci.sock"))
                let payload = payload("by the other socket")
                #expect(try other.stamper("Stamp", ["payload": payload]).isStamp(of: payload, by: credential.publicKey))
                #expect(try other.control("Lock").summary.hasPrefix("InterfaceNotFound"))
                let names = directory.names
                #expect(try frame.stop() == .exited(0))
                #expect(directory.names == names && names == ["ci.sock", "control.sock", "stamp.sock"])
            }
        }
    }

    @Test("who connects while no frame runs is served by the next one, at the same sockets")
    func successor() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let sockets = try PassedListener.pair(in: directory.path)
                let first = try FrameProcess(in: directory.path, passing: sockets)
                defer { first.end() }
                first.process.send(SIGKILL)
                #expect(try first.process.wait() == .killed(by: SIGKILL))
                let waiting = try first.stampClient()
                try waiting.write(makeCall("io.stampd.Stamper.GetStatus"))
                let next = try FrameProcess(in: directory.path, passing: sockets)
                defer { next.end() }
                #expect(try waiting.readReply().summary == "ok")
            }
        }
    }

    @Test("nothing but the passed sockets is kept of what the starter had open, and $LISTEN_* is gone")
    func kept() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let sockets = try PassedListener.pair(in: directory.path)
                let opening = ["sh", "-c", #"exec 5</etc/hostname 9</etc/passwd; exec "$@""#, "sh"]
                let frame = try FrameProcess(in: directory.path, passing: sockets, launcher: opening)
                defer { frame.end() }
                _ = try frame.waitUntilServing()
                let targets = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(frame.pid)/fd").compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(frame.pid)/fd/\($0)")
                }
                #expect(!targets.contains { $0.hasPrefix("/etc/") })
                for number in [3, 4] { #expect(try frame.isCloseOnExec(number)) }
            }
        }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let names: [String]
        var kinds: [PassedListener.Kind] = []
        var environment: [String: String] = [:]
        let error: String
        var code: CInt = 78
        var options: [String] = []
    }

    static let rows: [Row] = [
        Row(
            testDescription: "for another process",
            names: ["control", "stamp"],
            environment: ["LISTEN_PID": "1"],
            error: "the passed sockets are for process 1, and this one is "
        ),
        Row(
            testDescription: "a number of them that is none",
            names: ["control"],
            environment: ["LISTEN_FDS": "x"],
            error: "the passed sockets cannot be taken: "
        ),
        Row(
            testDescription: "more than are there",
            names: ["control"],
            environment: ["LISTEN_FDS": "9", "LISTEN_FDNAMES": "control:stamp:a:b:c:d:e:f:g"],
            error: "the passed sockets cannot be taken: "
        ),
        Row(testDescription: "none", names: [], error: "the passed sockets cannot be taken: "),
        Row(
            testDescription: "an unknown name",
            names: ["control", "stamped"],
            error: "a passed descriptor is named 'stamped', which is no socket of a frame"
        ),
        Row(testDescription: "a name of nothing", names: ["control", "stamp-"], error: "is named 'stamp-', which"),
        Row(testDescription: "a name of other letters", names: ["control", "stamp-CI"], error: "'stamp-CI', which"),
        Row(
            testDescription: "no names at all",
            names: ["control"],
            environment: ["LISTEN_FDNAMES": ""],
            error: "a passed descriptor is named '', which is no socket of a frame"
        ),
        Row(
            testDescription: "one name twice",
            names: ["control", "stamp", "stamp"],
            error: "two passed descriptors are named 'stamp'"
        ),
        Row(testDescription: "no control", names: ["stamp"], error: "none of the passed sockets is named 'control'"),
        Row(
            testDescription: "a socket that does not listen",
            names: ["control"],
            kinds: [.notListening],
            error: "'control' is no listening Unix stream socket"
        ),
        Row(
            testDescription: "a datagram socket",
            names: ["control", "stamp"],
            kinds: [.listening, .datagram],
            error: "'stamp' is no listening Unix stream socket"
        ),
        Row(
            testDescription: "a pipe",
            names: ["control"],
            kinds: [.pipe],
            error: "'control' is no listening Unix stream socket"
        ),
        Row(
            testDescription: "a directory besides",
            names: ["control"],
            error: "--socket-directory is given, and sockets were passed besides",
            code: 64,
            options: ["--socket-directory", "/tmp"]
        ),
    ]

    @Test("what is no frame's set of sockets is refused by its own reason, and nothing starts", arguments: rows)
    func refused(_ row: Row) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let sockets = try row.names.enumerated().map { index, name in
                    let kind = row.kinds.isEmpty ? PassedListener.Kind.listening : row.kinds[index]
                    return try PassedListener(name, path: directory.path(of: "\(index)"), kind)
                }
                let launcher = row.environment["LISTEN_PID"] == nil ? PassedListener.launcher : []
                let process = try ChildProcess(
                    launcher + [FrameProcess.executable] + row.options,
                    environment: PassedListener.environment(sockets).merging(row.environment) { $1 },
                    passing: sockets.map(\.descriptor)
                )
                defer { process.end() }
                #expect(try process.wait() == .exited(row.code))
                try process.errors.waitForEnd()
                let lines = process.errors.text.split(separator: "\n")
                #expect(lines.count == 2 && lines[0].hasPrefix("stampd: ") && lines[1].hasPrefix("hint: "))
                #expect(lines[0].contains(row.error), "\(process.errors.text)")
            }
        }
    }
}

extension FrameProcess {
    /// What the kernel says of one of its descriptors.
    fileprivate func isCloseOnExec(_ descriptor: Int) throws -> Bool {
        let text = try String(contentsOfFile: "/proc/\(pid)/fdinfo/\(descriptor)", encoding: .utf8)
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
        return flags.flatMap { Int($0, radix: 8) }.map { $0 & 0o2000000 != 0 } ?? false
    }
}
