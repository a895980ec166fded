// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("options", .serialized, .timeLimit(.minutes(15)))
struct OptionTests {
    static let misuses: [(arguments: [String], error: String)] = [
        ([], "stampd: there are no sockets: no service manager passed any, and --socket-directory DIR is not given\n"),
        (["--socket-directory"], "stampd: --socket-directory needs a value\n"),
        (["--socket-directory="], "stampd: --socket-directory needs a value\n"),
        (["--nope"], "stampd: there is no option --nope\n"),
        (["--nope=1"], "stampd: there is no option --nope\n"),
        (["--Socket-Directory", "/tmp"], "stampd: there is no option --Socket-Directory\n"),
        (["-s", "/tmp"], "stampd: there is no place for '-s'\n"),
        (["/tmp"], "stampd: there is no place for '/tmp'\n"),
        (["--"], "stampd: there is no option --\n"),
        (["--maximum-sessions", "1", "--maximum-sessions=1"], "stampd: --maximum-sessions is given twice\n"),
        (["--maximum-sessions"], "stampd: --maximum-sessions needs a value\n"),
        (["--keep-state=yes"], "stampd: there is no place for '--keep-state=yes'\n"),
        (["--socket-directory", "/tmp", "--keep-state"], "stampd: --keep-state needs --boot-id HEX\n"),
        (
            ["--socket-directory", "/tmp", "--boot-id", "0123456789abcdef0123456789abcdef"],
            "stampd: --boot-id goes with --keep-state\n"
        ),
        (
            ["--boot-id", "0123456789ABCDEF0123456789ABCDEF"],
            "stampd: --boot-id takes 32 lower-case hex digits, as %b in a unit gives them\n"
        ),
        (["--configuration"], "stampd: --configuration needs a value\n"),
        (["--configuration="], "stampd: --configuration needs a value\n"),
        (["--stamp-socket", "agent"], "stampd: --stamp-socket goes with --socket-directory\n"),
        (
            ["--socket-directory", "/tmp", "--stamp-socket", "a", "--stamp-socket=a"],
            "stampd: --stamp-socket a is given twice\n"
        ),
        (
            ["--socket-directory", "/tmp"] + (1...17).flatMap { ["--stamp-socket", "s\($0)"] },
            "stampd: --stamp-socket is given more than 16 times\n"
        ),
        (
            ["--configuration", "stampd.json"],
            "stampd: --configuration takes an absolute path, in a directory of its own\n"
        ),
        (
            ["--configuration", "/stampd.json"],
            "stampd: --configuration takes an absolute path, in a directory of its own\n"
        ),
        (
            ["--configuration", "/etc/stampd/a.json", "--check-configuration", "/etc/stampd/a.json"],
            "stampd: --check-configuration goes without --configuration\n"
        ),
        (["--default-expiration-seconds", "5"], "stampd: there is no option --default-expiration-seconds\n"),
        (["--allow-unlocked-memory=yes"], "stampd: there is no place for '--allow-unlocked-memory=yes'\n"),
        (["--journal-socket="], "stampd: --journal-socket needs a value\n"),
        (
            ["--journal-socket", "/" + String(repeating: "x", count: 107)],
            "stampd: --journal-socket takes a path of at most 107 bytes\n"
        ),
        (
            ["--socket-directory", "/tmp", "--maximum-connections", "32"],
            "stampd: --reserved-connections must be less than the 32 of --maximum-connections\n"
        ),
        (
            ["--socket-directory", "/tmp", "--maximum-reading-bytes", "1048576"],
            "stampd: --maximum-reading-bytes must be 2097152 or more: two messages of --maximum-message-bytes\n"
        ),
    ]

    @Test("wrong usage is said in one line and a hint, exits 64 and leaves standard output empty")
    func misuse() async throws {
        try await blocking {
            let numbers = [
                "", "x", "-1", "+5", " 5", "5 ", "5.0", "1e3", "0x5", "65", "0", "99999999999999999999", "５",
            ]
            let outside = "stampd: --maximum-sessions takes a whole number from 1 to 64\n"
            let rows = Self.misuses + numbers.map { (["--maximum-sessions", $0], outside) }
            for row in rows {
                let refused = try Refused(all: row.arguments)
                #expect(refused.code == 64, "\(row.arguments)")
                #expect(refused.errors == row.error + "hint: stampd --help lists the options\n")
                #expect(refused.output == "")
            }
        }
    }

    @Test("help and version go to standard output and exit 0, whatever stands beside them")
    func help() async throws {
        try await blocking {
            let help = try Refused(all: ["--help"])
            #expect(help.code == 0 && help.errors == "" && help.output.hasPrefix("stampd: "))
            for arguments in [["-h"], ["--nope", "--help"], ["--version", "-h"]] {
                let same = try Refused(all: arguments)
                #expect(same.code == 0 && same.output == help.output && same.errors == "")
            }
            let version = try Refused(all: ["--version"])
            #expect(version.code == 0 && version.output == "stampd \(projectVersion)\n" && version.errors == "")
        }
    }

    @Test("every number at either end of its range starts a frame that serves, in both spellings")
    func extremes() async throws {
        // A frame that ends when idle might be gone before a slow machine has connected; IdleTests tries that one.
        let rows = try Manual.read().options.filter { $0.range != nil && $0.name != "--exit-on-idle" }
        #expect(rows.count >= 11)
        func ends(_ pick: (ClosedRange<Int>) -> Int) -> [(String, Int)] {
            rows.map { ($0.name, $0.range.map(pick) ?? 0) }
        }
        let least = ends(\.lowerBound).map { "\($0.0)=\($0.1)" }
        let most = ends(\.upperBound).flatMap { [$0.0, "\($0.1)"] }
        for options in [least, most] {
            try await withFrame(options) { frame in
                let control = try frame.controlClient()
                let key = try #require(try control.control("InitEmbeddedKey")["publicKey"])
                let credential = Credential()
                let injected = try control.control(
                    "InjectCredentialBundle",
                    ["bundle": credential.bundle(sealedTo: key), "expirationSeconds": 1]
                )
                #expect(injected.summary == "ok")
            }
        }
    }
}
