// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the log", .serialized, .timeLimit(.minutes(15)))
struct LogTests {
    @Test("a flood of refusals is cut, and counted at the end")
    func flood() async throws {
        try await withFrame { frame in
            for _ in 0..<100 {
                let client = try frame.stampClient()
                try client.write("\(payloadMarker)\0")
                #expect(try client.read() == nil)
            }
            #expect(try frame.stop() == .exited(0))
            try frame.process.errors.waitForEnd()
            let refused = frame.log.split(separator: "\n").filter { $0.contains("refused: ") }
            let left = refused.compactMap { line in
                line.hasSuffix("more lines like these were left out")
                    ? Int(line.split(separator: " ").first { Int($0) != nil } ?? "") : nil
            }
            #expect(refused.count - left.count + left.reduce(0, +) == 100)
            #expect(refused.count < 60)
        }
    }

    @Test("a standard error that nobody reads holds nothing up, and what was lost is counted")
    func deafReader() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let pipe = try ChildPipe()
                defer { for end in [pipe.readEnd, pipe.writeEnd] { close(end) } }
                let frame = try FrameProcess(in: directory.path, errors: pipe.writeEnd)
                defer { frame.end() }
                try Self.expectLostLines(of: frame)
            }
        }
    }

    @Test("a log file at its limit is no end, and what was lost is counted")
    func fullFile() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = open(directory.path(of: "log"), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
                defer { close(file) }
                let frame = try FrameProcess(in: directory.path, launcher: ["prlimit", "--fsize=4096"], errors: file)
                defer { frame.end() }
                try Self.expectLostLines(of: frame)
                #expect(fileStatus(directory.path(of: "log"))?.st_size == 4096)
            }
        }
    }

    private static func expectLostLines(of frame: FrameProcess) throws {
        _ = try frame.waitUntilServing()
        let control = try frame.controlClient()
        let toggles = makeCall("io.stampd.Control.Lock") + makeCall("io.stampd.Control.Unlock")
        for _ in 0..<50 {
            try control.write((0..<50).flatMap { _ in toggles })
            for _ in 0..<100 { #expect(try control.readReply().summary == "ok") }
        }
        let lost = try control.stamper("GetStatus").object("status")["auditLost"] as? Int
        #expect(try #require(lost) > 0)
        try frame.expectStamps(with: frame.startSession())
    }

    @Test("lines carry the journal's severities where standard error is the journal's stream, and only there")
    func journal() async throws {
        try await blocking {
            for isStream in [true, false] {
                try TemporaryDirectory.with { directory in
                    let pipe = try ChildPipe()
                    var status = stat()
                    fstat(pipe.writeEnd, &status)
                    let inode = isStream ? status.st_ino : status.st_ino + 1
                    let frame = try FrameProcess(
                        in: directory.path,
                        environment: ["JOURNAL_STREAM": "\(status.st_dev):\(inode)"],
                        errors: pipe.writeEnd
                    )
                    defer { frame.end() }
                    close(pipe.writeEnd)
                    let lines = Collector(pipe.readEnd)
                    try lines.wait("serves") { $0.contains(" serves ") }
                    #expect(lines.text.hasPrefix("\(isStream ? "<5>" : "stampd: ")stampd \(projectVersion) serves"))
                }
            }
        }
    }

    @Test("a session's life stands in the log by its public key and its deadline")
    func lines() async throws {
        try await withFrame { frame in
            let key = try frame.initEmbeddedKey()
            let credential = try frame.startSession("s", seconds: 100)
            try frame.controlClient().control("EndSession", ["session": "s"])
            try frame.waitForLog("session s ended: key \(credential.publicKey)")
            #expect(frame.log.contains("embedded key \(key) made, ends in 172"))
            #expect(frame.log.contains("session s started: key \(credential.publicKey), ends in "))
        }
    }
}
