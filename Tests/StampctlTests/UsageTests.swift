// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing

@Suite("How stampctl is used, and how it ends", .timeLimit(.minutes(15)))
struct UsageTests {
    static let commands: [[String]] = [
        [], ["status"], ["key"], ["key", "show"], ["key", "init"], ["key", "reset"], ["inject"], ["session"],
        ["session", "list"], ["session", "show"], ["session", "end"], ["session", "create"], ["session", "activate"],
        ["session", "drop"], ["session", "select"], ["stamp"], ["confirm"],
        ["rules"], ["rules", "check"], ["rules", "test"], ["rules", "show"], ["rules", "explain"], ["lock"], ["unlock"],
        ["monitor"], ["audit"],
        ["metrics"], ["exec"], ["proxy"], ["delegate"], ["delegate", "create"], ["delegate", "list"],
        ["delegate", "revoke"], ["courier"],
        ["fleet"], ["fleet", "import-known-hosts"], ["fleet", "list"], ["fleet", "approve"], ["fleet", "status"],
        ["fleet", "revoke"], ["whoami"],
        ["request"], ["request", "query"], ["request", "submit"], ["activity"], ["activity", "wait"], ["login"],
        ["register"], ["refresh"], ["logout"], ["doctor"],
    ]

    @Test("the help of every command is the one that was reviewed")
    func help() async throws {
        var text = ""
        for command in Self.commands {
            let run = try await StampctlProcess(command + ["--help"], environment: ["COLUMNS": "80"])
            #expect(run.status == 0)
            #expect(run.errors.isEmpty)
            text += "$ stampctl \((command + ["--help"]).joined(separator: " "))\n\(run.output)\n"
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/stampctl-help.txt")
        let reviewed = try String(contentsOf: file, encoding: .utf8)
        #expect(text == reviewed, "after a change on purpose, replace \(file.lastPathComponent) by what is printed now")
    }

    @Test(
        "wrong usage ends with 64, a line in our form and nothing on standard output",
        arguments: [
            ["bogus"], ["status", "--bogus"], ["stamp", "a", "b"], ["stamp", "/nonexistent"], ["session", "activate"],
            ["inject", "--expiration-seconds", "soon"], ["inject", "--frame-user", "no-such-user-here"],
            ["key", "reset"],
            ["whoami"], ["whoami", "--organization-id", "o", "--api-base-url", "http://example.com"],
            ["request", "query", "../x"], ["request", "query", "/public/v1/submit/x"], ["request", "query"],
            ["status", "--socket-directory", "/" + String(repeating: "x", count: 100)],
            ["request", "query", "whoami", "--organization-id", "o"], ["stamp", "/dev/zero"],
            ["stamp", "--session", "Upper"], ["session", "show", "--session", ""], ["session", "select", "a b"],
            ["session", "select", String(repeating: "a", count: 65)],
            ["stamp", "--expect-public-key", String(repeating: "AB", count: 33)],
            ["inject", "--expect-public-key", "02"], ["session", "activate", "02"], ["session", "drop", "02"],
            ["session", "drop"],
            ["inject", "--expiration-seconds", "0"], ["key", "init", "--expiration-seconds=-1"],
            ["refresh", "--expiration-seconds", "9"], ["login", "--expiration-seconds", "0"],
            ["login", "--paste", "--organization-id", "o"], ["login"],
            ["exec", "--browser", "--", "true"], ["exec", "--login", "--browser", "--security-key", "--", "true"],
            ["login", "--site", "ftp://x", "--organization-id", "o"],
            ["login", "--site", "https://x:99999", "--organization-id", "o"],
            ["whoami", "--organization-id", "o", "--api-base-url", "http://127.0.0.1:99999"],
            ["whoami", "--organization-id", "o", "--api-base-url", "http://localhost:65536"],
            ["whoami", "--organization-id", "o", "--api-base-url", "https://example.com:0"],
            ["activity", "wait"], ["activity", "wait", "a", "--timeout-seconds", "0"],
            ["activity", "wait", "a", "--timeout-seconds", "99999999999999999999"],
            ["login", "--rp-id", "example.com", "--organization-id", "o"],
            ["register", "--organization-id", "o", "--api-key-file", "/nonexistent"],
            ["exec"], ["exec", "--for", "0s", "--", "true"], ["exec", "--for", "10", "--", "true"],
            ["delegate", "create", "--admin", "/a", "--name", "a", "--for", "32d"],
            ["confirm", "a"], ["confirm", "--yes"], ["confirm", "a", "--yes", "--no"],
            ["confirm", "a", "--yes", "--watch"],
            ["confirm", "--payload-sha256", "00"], ["rules", "check"], ["rules", "check", "/nonexistent"],
            ["rules", "test"], ["rules", "test", "/nonexistent"], ["rules", "explain", "--as", "uid="],
            ["rules", "explain", "--as", "uid=+5"],
            ["rules", "explain", "--as", "gid=00"], ["rules", "explain", "--as", "uid=4294967295"],
            ["rules", "explain", "--as", "gid=4294967295"], ["rules", "explain", "--as", "unit=a"],
            ["rules", "explain", "--as", "delegate="],
            ["rules", "explain", "--as", "path=" + String(repeating: "a", count: 513)],
            ["inject", "--expiration-seconds", "+900"], ["inject", "--expiration-seconds", "0900"],
            ["refresh", "--expiration-seconds", "+60"], ["activity", "wait", "a", "--timeout-seconds", "+3"],
            ["login", "--timeout-seconds", "060", "--organization-id", "o"], ["audit", "--uid", "+5"],
            ["audit", "--uid", "007"],
            ["rules", "explain", "--as", "user=1"], ["rules", "explain", "--socket", "stamp-"],
            ["request", "query", "--socket", "other", "whoami"],
            ["audit", "--verify", "--follow"], ["audit", "--verify", "--session", "s"],
            ["audit", "--verify", "--decision", "refused"], ["audit", "--socket-directory", "/x"],
        ]
    )
    func wrongUsage(_ arguments: [String]) async throws {
        let run = try await StampctlProcess(arguments)
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("stampctl: "))
        #expect(run.errors.split(separator: "\n").filter { $0.hasPrefix("stampctl:") }.count == 1)
        #expect(run.output.isEmpty)
    }

    @Test(
        "no frame ends with 69 and says where it was looked for",
        arguments: [
            ["status"], ["stamp"], ["lock"], ["key", "reset", "--force"], ["session", "list"], ["monitor"],
            ["whoami", "--organization-id", "o"],
        ]
    )
    func noFrame(_ arguments: [String]) async throws {
        let directory = FakeFrame.makeDirectory()
        let run = try await StampctlProcess(arguments, environment: ["STAMPD_SOCKET_DIRECTORY": directory])
        #expect(run.status == 69)
        #expect(run.errors.hasPrefix("stampctl: no frame at \(directory)/"))
        #expect(run.errors.contains("\nhint: "))
        #expect(run.output.isEmpty)
    }

    @Test(
        "the hint names the help of the very command",
        arguments: [
            (["bogus"], "stampctl --help"), (["stamp", "--session", "A"], "stampctl stamp --help"),
            (["session", "activate"], "stampctl session activate --help"),
            (["inject", "--expiration-seconds", "0"], "stampctl inject --help"),
            (["rules", "test"], "stampctl rules test --help"),
        ]
    )
    func hint(_ arguments: [String], _ help: String) async throws {
        let run = try await StampctlProcess(arguments)
        #expect(run.errors.hasSuffix("\nhint: see \"\(help)\"\n"), "\(run.errors)")
    }

    @Test(
        "to end a session that is not there is refused, and no reason to ask the passkey",
        arguments: ["NoSession", "SessionExpired"]
    )
    func endNothing(_ error: String) async throws {
        let frame = FakeFrame(socket: "control.sock") { peer in
            while peer.readCall() != nil {
                peer.send(
                    #"{"error":"io.stampd.Stamper.\#(error)","parameters":{"session":"default","fallback":"passkey"}}"#
                )
            }
        }
        let run = try await StampctlProcess(["session", "end", "--socket-directory", frame.directory])
        #expect(run.status == 5)
        #expect(run.errors.hasPrefix("stampctl: no session \"default\" to end\n"))
        #expect(!run.errors.contains("passkey"))
    }

    @Test("no API ends with 69", arguments: [["whoami", "--organization-id", "o"], ["request", "query", "whoami"]])
    func noAPI(_ arguments: [String]) async throws {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.sendStamp("stamp") }
        }
        // Port 1 of loopback: nobody listens there.
        let run = try await StampctlProcess(
            arguments + ["--socket-directory", frame.directory, "--api-base-url", "http://127.0.0.1:1"],
            input: Data("x".utf8)
        )
        #expect(run.status == 69)
        #expect(run.errors.hasPrefix("stampctl: the API at http://127.0.0.1:1 cannot be reached: connection refused\n"))
    }

    @Test(
        "an error of the frame ends with the status of its fallback",
        arguments: [
            (#"NoSession","parameters":{"session":"default","fallback":"passkey"}"#, 3),
            (#"SessionExpired","parameters":{"session":"default","fallback":"passkey"}"#, 3),
            (#"Locked","parameters":{"fallback":"retry"}"#, 4),
            (#"RateLimited","parameters":{"retryAfterMilliseconds":9,"fallback":"retry"}"#, 4),
            (#"Denied","parameters":{"rule":"peer","fallback":"never"}"#, 5),
            (#"Denied","parameters":{"rule":"payload","id":"a","reason":"limit.a","fallback":"retry"}"#, 4),
            (#"Denied","parameters":{"rule":"payload","id":"a","reason":"rule.deny","fallback":"never"}"#, 5),
            (#"Denied","parameters":{"rule":"payload","reason":"rule.none","fallback":"passkey"}"#, 5),
            (#"NoSession","parameters":{"session":"default"}"#, 5),
        ]
    )
    func fallbacks(_ error: String, _ status: Int32) async throws {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil { peer.send(#"{"error":"io.stampd.Stamper.\#(error)}"#) }
        }
        let run = try await StampctlProcess(["stamp", "--socket-directory", frame.directory])
        #expect(run.status == status)
        #expect(run.errors.hasPrefix("stampctl: "))
        #expect(run.output.isEmpty)
    }

    @Test(
        "an option that the frame does not take is wrong usage, and what is right is said",
        arguments: [
            ("expirationSeconds", "for no more than the frame's --maximum-expiration-seconds"),
            ("organizationId", "128 bytes of printable ASCII"), ("userId", "128 bytes of printable ASCII"),
            ("publicKey", "66 lower-case hex digits"), ("expectPublicKey", "66 lower-case hex digits"),
            ("session", "1 to 64 of a-z 0-9 . _ -"), ("socket", "stamp, control, or stamp-NAME"),
        ]
    )
    func invalidParameter(_ parameter: String, _ hint: String) async throws {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil {
                peer.send(
                    #"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"\#(parameter)"}}"#
                )
            }
        }
        let run = try await StampctlProcess(["stamp", "--socket-directory", frame.directory])
        #expect(run.status == 64)
        let lines = run.errors.split(separator: "\n")
        #expect(lines.first == "stampctl: invalid parameter: \(parameter)")
        #expect(lines.last?.hasPrefix("hint: ") == true && lines.last?.contains(hint) == true, "\(run.errors)")
    }

    @Test(
        "a full frame ends with 4 and when to try again, or with 5 and what makes room",
        arguments: [
            (
                #"{"limit":64,"retryAfterMilliseconds":1200,"fallback":"retry"}"#, 4,
                """
                stampctl: the frame is full: its limit is 64; a place is free in 1200 ms
                hint: try again then, or free a place: "stampctl session end", "stampctl session drop"

                """
            ),
            (
                #"{"limit":4096,"fallback":"never"}"#, 5,
                """
                stampctl: the frame is full: its limit is 4096
                hint: "stampctl key reset" makes room, and ends every session

                """
            ),
        ]
    )
    func full(_ parameters: String, _ status: Int32, _ errors: String) async throws {
        let frame = FakeFrame(socket: "control.sock") { peer in
            while peer.readCall() != nil {
                peer.send(#"{"error":"io.stampd.Stamper.TooManySessions","parameters":\#(parameters)}"#)
            }
        }
        let run = try await StampctlProcess(["session", "create", "--socket-directory", frame.directory])
        #expect(run.status == status && run.output.isEmpty)
        #expect(run.errors == errors)
    }

    @Test("where only the passkey helps, the hint names the relying party")
    func relyingParty() async throws {
        let frame = FakeFrame { peer in
            while peer.readCall() != nil {
                peer.send(
                    #"{"error":"io.stampd.Stamper.NoSession","parameters":{"session":"default","fallback":"passkey"}}"#
                )
            }
        }
        let run = try await StampctlProcess(
            ["whoami", "--socket-directory", frame.directory, "--organization-id", "o", "--rp-id", "example.com"]
        )
        #expect(run.status == 3)
        #expect(run.errors.contains("hint: \"stampctl login\" with a passkey of example.com"))
    }

    @Test(
        "what asks for a passkey is one of three, and takes no option of another",
        arguments: [
            (["login", "--browser", "--security-key"], "--browser, --site and --security-key exclude one another"),
            (["login", "--browser", "--site", "https://x"], "--site and --security-key exclude one another"),
            (["login", "--security-key", "--site", "https://x"], "exclude one another"),
            (["login", "--security-key", "--no-open"], "--no-open is for pages"),
            (["login", "--security-key", "--allow-localhost-passkey"], "is for the page of this machine"),
            (["login", "--site", "https://x", "--allow-localhost-passkey"], "is for the page of this machine"),
            (["login", "--site", "https://x", "--rp-id", "x"], "--site asks for the site's own passkeys"),
            (["login", "--timeout-seconds", "601"], "it is 600 seconds at most"),
            (["register", "--site", "https://x"], "the login page of a site makes no passkeys"),
        ]
    )
    func oneOfThree(_ arguments: [String], _ complaint: String) async throws {
        let run = try await StampctlProcess(arguments + ["--organization-id", "o"])
        #expect(run.status == 64)
        #expect(run.errors.hasPrefix("stampctl: "))
        #expect(run.errors.contains(complaint), "\(run.errors)")
    }

    static let scalar = String(repeating: "01", count: 32)

    @Test(
        "an API key's file must be its owner's alone, and hold one key",
        arguments: [
            (0o644, #"{"publicKey":"02","privateKey":"01"}"#, "may be used by others (mode 644)\nhint: chmod 600 "),
            (0o600, #"{"publicKey":"02"}"#, "is not a JSON object of publicKey and privateKey\n"),
            (
                0o600, #"{"publicKey":"02","privateKey":"secret","privateKey":"01"}"#,
                "of publicKey and privateKey: a name that stands twice in one object at byte 41\n"
            ),
            (0o600, #"{"publicKey":"02","privateKey":"01",}"#, "a byte that JSON does not allow here at byte 36\n"),
            (0o600, #"{"publicKey":"02","privateKey":"\#(Self.scalar)"}"#, "two keys that do not"),
            (0o600, #"{"publicKey":"02","privateKey":"secret"}"#, "the API private key is not a P-256 scalar"),
        ]
    )
    func keyFile(_ mode: Int, _ json: String, _ complaint: String) async throws {
        let path = FakeFrame.makeDirectory() + "/key.json"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: mode]
        #expect(FileManager.default.createFile(atPath: path, contents: Data(json.utf8), attributes: attributes))
        let run = try await StampctlProcess(
            [
                "register", "--api-key-file", path, "--organization-id", "o", "--api-base-url", "http://127.0.0.1:1",
            ]
        )
        #expect(run.status == 64)
        #expect(run.errors.contains(complaint), "\(run.errors)")
        #expect(!run.errors.contains("secret"))
    }

    @Test("the first login of all says what is missing, and then why a passkey of localhost is not asked for")
    func firstLogin() async throws {
        let home = ["HOME": FakeFrame.makeDirectory()]
        let nothing = try await StampctlProcess(["login"], environment: home)
        #expect(nothing.errors.hasPrefix("stampctl: no organization is named\nhint: give --organization-id ID, "))
        let elsewhere = try await StampctlProcess(["login", "--organization-id", "o"], environment: home)
        #expect(elsewhere.status == 64)
        #expect(elsewhere.errors.contains("an API elsewhere: https://api.turnkey.com\nhint: give --site URL"))
    }

    @Test("a socket directory that others may write ends with 5")
    func untrusted() async throws {
        let run = try await StampctlProcess(["status", "--socket-directory", "/tmp"])
        #expect(run.status == 5)
        #expect(run.errors.contains("may be written by others"))
    }

    @Test(
        "completions are made for bash, zsh and fish",
        arguments: [
            "bash", "zsh", "fish",
        ]
    )
    func completions(_ shell: String) async throws {
        let run = try await StampctlProcess(["--generate-completion-script", shell])
        #expect(run.status == 0)
        for word in ["inject", "socket-directory", "activate"] { #expect(run.output.contains(word)) }
    }

    @Test("the version stands alone on a line")
    func version() async throws {
        let run = try await StampctlProcess(["--version"])
        #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+(-rc\d+)?\n/) != nil)
    }
}
