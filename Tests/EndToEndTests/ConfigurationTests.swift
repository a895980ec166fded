// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the configuration's file", .serialized, .timeLimit(.minutes(15)))
struct ConfigurationTests {
    static let hint = "hint: stampd.json(5) lists the members\n"

    @Test("what is wrong with a file is said in a line for each fault, at start and when it is only looked at; exit 78")
    func refusals() async throws {
        let rows: [(text: String, reasons: [String])] = [
            ("", ["line 1: the JSON text ends inside a value at byte 0"]),
            (#"{"maximumSessions": 65}"#, ["maximumSessions takes a whole number from 1 to 64"]),
            (
                #"{"maximumsessions": 6, "keepState": 1, "journalSocket": 5}"#,
                [
                    "there is no member 'maximumsessions'", "keepState takes true or false",
                    "journalSocket takes a path of at most 107 bytes",
                ]
            ),
            (
                #"{"maximumConnections": 8}"#,
                ["reservedConnections must be less than the 8 of maximumConnections"]
            ),
            (String(repeating: " ", count: 262_145), ["it is longer than 262144 bytes"]),
        ]
        try await blocking {
            try TemporaryDirectory.with { directory in
                for row in rows {
                    let file = try ConfigurationFile(row.text, in: directory.path)
                    let lines = row.reasons.map { "stampd: \(file.path): \($0)\n" }.joined()
                    for arguments in [
                        ["--socket-directory", directory.path, "--configuration"], ["--check-configuration"],
                    ] {
                        let refused = try Refused(all: arguments + [file.path])
                        #expect(refused.code == 78 && refused.output == "")
                        #expect(refused.errors == lines + Self.hint)
                    }
                }
                #expect(directory.names == ["frame.json"])
            }
        }
    }

    @Test("a good file is ok, without sockets, also by a relative path; the packaged file is one")
    func check() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(#"{"keepState": true}"#, in: directory.path)
                let relative = String(repeating: "../", count: 30) + file.path.dropFirst()
                for path in [file.path, relative] {
                    let checked = try Refused(all: ["--check-configuration", path])
                    #expect(checked.code == 0 && checked.output == "ok\n" && checked.errors == "")
                }
                try file.replace(String(contentsOf: repository("systemd/stampd.json"), encoding: .utf8))
                #expect(try Refused(all: ["--check-configuration=\(file.path)"]).output == "ok\n")
                let over = try Refused(all: ["--check-configuration", file.path, "--maximum-connections", "5"])
                #expect(over.code == 78 && over.errors.contains("reservedConnections must be less than the 5"))
            }
        }
    }

    @Test("a file of another user is refused", .root)
    func foreign() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile("{}", in: directory.path)
                chown(file.path, 4242, 0)
                let refused = try Refused(all: ["--check-configuration", file.path])
                #expect(refused.code == 78)
                let owner = "it belongs to user 4242; it must be root's, or of the user that reads it (0)"
                #expect(refused.errors == "stampd: \(file.path): \(owner)\n\(Self.hint)")
            }
        }
    }

    @Test("a file that others may write, or that is none, is refused and never waited for")
    func untrusted() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile("{}", in: directory.path)
                func reason() throws -> String {
                    let refused = try Refused(all: ["--check-configuration", file.path])
                    #expect(refused.code == 78)
                    return refused.errors.replacing("stampd: \(file.path): ", with: "").replacing(Self.hint, with: "")
                }
                chmod(file.path, 0o620)
                #expect(try reason() == "group or others may write it; chmod go-w\n")
                chmod(file.path, 0o600)
                unlink(file.path)
                #expect(try reason() == "open: No such file or directory\n")
                mkfifo(file.path, 0o600)
                #expect(try reason() == "it is no regular file\n")
                unlink(file.path)
                mkdir(file.path, 0o700)
                #expect(try reason() == "it is no regular file\n")
            }
        }
    }

    @Test("the file's limits and defaults hold, and the command line's win over them")
    func holds() async throws {
        let text = #"{"maximumSessions": 1, "defaultExpirationSeconds": 30, "maximumExpirationSeconds": 100}"#
        try await withConfiguredFrame(text, ["--maximum-expiration-seconds", "60"]) { frame, _, file in
            try frame.waitForLog("configured by \(file.path)\n")
            try frame.waitForLog("sessions 1, at most 60 s each\n")
            let control = try frame.controlClient()
            let credential = Credential()
            let bundle = try frame.bundle(of: credential)
            let injected = try control.control("InjectCredentialBundle", ["bundle": bundle])
            let left = try #require(injected.object("session")["expiresInMilliseconds"] as? Int)
            #expect((29_000...30_000).contains(left))
            let longer = ["bundle": bundle, "expirationSeconds": 61] as [String: Any]
            let tooLong = try control.control("InjectCredentialBundle", longer)
            #expect(tooLong.summary == "InvalidParameter parameter=expirationSeconds")
            let second = ["bundle": try frame.bundle(of: Credential()), "session": "b"]
            #expect(try control.control("InjectCredentialBundle", second).isFull(limit: 1, freeWithin: 30_001))
        }
    }

    @Test("a rule for a socket that is not there starts nothing, and leaves nothing")
    func missingSocket() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(#"{"authorization": {"stamp-b": {"uids": [1]}}}"#, in: directory.path)
                let refused = try Refused(all: ["--socket-directory", directory.path, "--configuration", file.path])
                #expect(refused.code == 78)
                let line = "authorization names the socket 'stamp-b', which this frame does not have\n"
                #expect(refused.errors == "stampd: \(file.path): " + line + Self.hint)
                #expect(directory.names == ["frame.json"])
                #expect(try Refused(all: ["--check-configuration", file.path]).code == 0)
            }
        }
    }

    @Test("keepState of the file needs the boot's name on the command line, which may stand there without it")
    func keepState() async throws {
        let bootId = ServiceManager.bootId
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(#"{"keepState": true}"#, in: directory.path)
                let start = ["--socket-directory", directory.path, "--configuration", file.path]
                let refused = try Refused(all: start)
                #expect(refused.code == 78)
                #expect(refused.errors == "stampd: \(file.path): keepState needs --boot-id HEX\n" + Self.hint)
            }
        }
        for (text, isKept) in [(#"{"keepState": true}"#, true), ("{}", false)] {
            try await withConfiguredFrame(text, ["--boot-id", bootId]) { frame, manager, _ in
                _ = try frame.initEmbeddedKey()
                if isKept { try manager.wait(for: "FDSTORE=1\nFDNAME=state\nFDPOLL=0") }
                #expect(try frame.stop() == .exited(0))
                #expect(!manager.takeAll().contains { $0.hasPrefix("FDSTORE=1") })
            }
        }
    }
}
