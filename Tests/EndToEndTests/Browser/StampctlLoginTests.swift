// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing
import TurnkeyClient

extension BrowserTests {
    @Suite("stampctl with the page of this machine")
    struct StampctlLoginTests {
        @Test("a passkey is registered, a login stamps until it ends, its end is told, and the next login stamps again")
        func life() async throws {
            try await Self.withStage { stage, browser in
                let userId = stage.sandbox.ready.userId
                let login = try await Self.approve(["login", "--json"], stage, browser)
                #expect(login.ending == .exited(0), "\(login.errors)")
                let session = try JSONSerialization.jsonObject(with: Data(login.output.utf8)) as? [String: Any]
                #expect(session?["userId"] as? String == userId)
                let fingerprint = try #require(session?["fingerprint"] as? String)
                #expect(login.errors.contains("the page shows: \(fingerprint)\n"))
                #expect(login.shown.contains(fingerprint))
                #expect(try stage.run(["session", "show"]).output.contains("fingerprint   \(fingerprint)\n"))
                #expect(try stage.run(["session", "show", "--json"]).json["fingerprint"] as? String == fingerprint)
                #expect(try stage.run(["whoami"]).output.contains(userId))

                let events = try await stage.control.monitor()
                let short = ["login", "--browser", "--bundle", "--session", "short", "--expiration-seconds", "30"]
                #expect(try await Self.approve(short, stage, browser).ending == .exited(0))
                for try await event in events where event.kind == .sessionExpired { break }
                let over = try stage.run(["whoami", "--session", "short"])
                #expect(over.status == 3)
                #expect(over.errors.hasPrefix("stampctl: the session \"short\""), "\(over.errors)")
                #expect(over.errors.contains("hint: \"stampctl login\""))
                #expect(try await Self.approve(["login", "--session", "short"], stage, browser).ending == .exited(0))
                #expect(try stage.run(["whoami", "--session", "short"]).status == 0)
            }
        }

        @Test("whoever says no at the page gets 5, whoever does nothing or closes the page gets 4, and nothing is left")
        func refusals() async throws {
            try await Self.withStage { stage, browser in
                let declined = try System.WaitingStampctl(["login", "--no-open"], stage)
                defer { declined.process.end() }
                try await browser.open(declined.takeURL())
                try await browser.waitForState("waiting")
                try await browser.click("#decline")
                let answer = try declined.end()
                #expect(answer.ending == .exited(5))
                #expect(answer.errors.hasSuffix("\nstampctl: the user did not approve\n"), "\(answer.errors)")

                let closed = try System.WaitingStampctl(["login", "--no-open", "--timeout-seconds", "2"], stage)
                defer { closed.process.end() }
                try await browser.open(closed.takeURL())
                try await browser.open("about:blank")
                let late = try closed.end()
                #expect(late.ending == .exited(4))
                #expect(late.errors.contains("stampctl: the user did not approve within 2 seconds\nhint: run it again"))
                for run in [answer, late] { #expect(run.output.isEmpty) }
                #expect(try stage.run(["session", "list"]).output.isEmpty)
                #expect(try stage.run(["whoami"]).status == 3)
            }
        }

        @Test("two logins at once: of one session the second is told, of two each gets its own")
        func twoAtOnce() async throws {
            try await Self.withStage { stage, browser in
                let first = try System.WaitingStampctl(["login", "--no-open", "--session", "a"], stage)
                defer { first.process.end() }
                let firstURL = try first.takeURL()
                let same = try stage.run(["login", "--no-open", "--session", "a"])
                #expect(same.status == 4)
                let told = "another login or refresh of the session \"a\" is under way\nhint: let it finish"
                #expect(same.errors.contains(told))
                #expect(try await Self.approve(["login", "--session", "b"], stage, browser).ending == .exited(0))
                try await browser.approve(at: firstURL)
                #expect(try first.end().ending == .exited(0))
                for name in ["a", "b"] { #expect(try stage.run(["whoami", "--session", name]).status == 0) }
            }
        }

        @Test("another user's passkey is refused, unless someone at the terminal says that it is right")
        func anotherUser() async throws {
            let examples = try #require(URL(string: "../../../examples/sandbox/", relativeTo: URL(filePath: #filePath)))
            let fixture = examples.appending(path: "acme.json").standardizedFileURL.path
            try await System.withStage(sandbox: ["--fixture", fixture]) { stage in
                let turnkey = try stage.makeTurnkey()
                try await stage.registerPasskey(turnkey)
                try await turnkey.passkeyClient().login()
                try await Browser.with { browser in
                    try await browser.addAuthenticator()
                    let key = try stage.writeAPIKey(Data(contentsOf: examples.appending(path: "grace.json")))
                    _ = try await Self.approve(["register", "--api-key-file", key], stage, browser)
                    let login = try await Self.approve(["login"], stage, browser)
                    #expect(login.ending == .exited(5))
                    #expect(login.errors.contains("and not \(stage.sandbox.ready.userId)"), "\(login.errors)")
                    #expect(login.errors.contains("\nhint: use that user's passkey, or \"stampctl logout\" first\n"))
                    #expect(try stage.run(["whoami"]).status == 3)

                    let asked = try System.WaitingStampctl(["login", "--no-open"], stage, isAtTerminal: true)
                    defer { asked.process.end() }
                    try await browser.approve(at: asked.takeURL())
                    try asked.wait(for: "Type yes to go on:")
                    try asked.type("yes")
                    #expect(try asked.end().ending == .exited(0))
                    #expect(try stage.run(["whoami"]).output.contains("Grace"))
                }
            }
        }

        @Test("Ctrl-C ends it by that signal, and the file that leads to the page is gone")
        func interrupted() async throws {
            try await System.withStage { stage in
                let directory = stage.frame.directory
                try Data("#!/bin/sh\n:\n".utf8).write(to: URL(filePath: "\(directory)/xdg-open"))
                chmod("\(directory)/xdg-open", 0o700)
                let environment = ["PATH": "\(directory):/usr/bin:/bin", "XDG_RUNTIME_DIR": directory]
                let login = try System.WaitingStampctl(["login"], stage, environment)
                defer { login.process.end() }
                _ = try login.takeURL()
                _ = try await System.poll("the file") { Self.files(in: directory).isEmpty ? nil : true }
                login.process.send(SIGINT)
                #expect(try login.end().ending == .killed(by: SIGINT))
                #expect(Self.files(in: directory).isEmpty)
                #expect(try stage.run(["login", "--no-open", "--timeout-seconds", "1"]).status == 4)
            }
        }

        @Test(
            "exec --login asks for the passkey first where there is no session, and signals reach the program after it"
        )
        func exec() async throws {
            try await Self.withStage { stage, browser in
                let exec = ["exec", "--login", "--no-open", "--"]
                let started = "\(stage.frame.directory)/started"
                let declined = try System.WaitingStampctl(exec + ["touch", started], stage)
                defer { declined.process.end() }
                try await browser.open(declined.takeURL())
                try await browser.waitForState("waiting")
                try await browser.click("#decline")
                #expect(try declined.end().ending == .exited(5))
                #expect(!FileManager.default.fileExists(atPath: started))

                let loop = #"trap "exit 9" TERM; echo ready; while :; do sleep 0.1; done"#
                let approved = try System.WaitingStampctl(exec + ["sh", "-c", loop], stage)
                defer { approved.process.end() }
                try await browser.approve(at: approved.takeURL())
                try approved.wait(for: "ready")
                approved.process.send(SIGTERM)
                #expect(try approved.end().ending == .exited(9))
                // The session is there, so that nobody is asked.
                let whoami = try stage.run(exec + Program.client("whoami.sh"))
                #expect(whoami.status == 0 && whoami.output.contains(stage.sandbox.ready.username), "\(whoami.errors)")
            }
        }

        @Test("over ssh no browser is opened, and the port to forward is said")
        func overSSH() async throws {
            try await System.withStage { stage in
                let environment = ["SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"]
                let run = try stage.run(["login", "--timeout-seconds", "1"], environment)
                #expect(run.status == 4)
                let port = try #require(run.errors.firstMatch(of: /\nhttp:\/\/localhost:(\d+)\/[\w-]{43}\n/)).1
                #expect(run.errors.contains("\n    ssh -N -L \(port):127.0.0.1:\(port) 192.0.2.2\n"))
            }
        }

        private static func files(in directory: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            return names.filter { $0.hasPrefix("stampd-login-") }
        }

        /// A stage whose user has a passkey of localhost in the browser, registered by `stampctl`.
        static func withStage(_ body: (System.Stage, Browser) async throws -> Void) async throws {
            try await System.withStage { stage in
                try await Browser.with { browser in
                    try await browser.addAuthenticator()
                    let key = try stage.writeAPIKey()
                    let registered = try await approve(["register", "--api-key-file", key, "--json"], stage, browser)
                    #expect(registered.ending == .exited(0), "\(registered.errors)")
                    #expect(registered.output.contains(#""userId":"\#(stage.sandbox.ready.userId)""#))
                    try await body(stage, browser)
                }
            }
        }

        typealias Approved = (ending: ChildProcess.Ending, output: String, errors: String, shown: String)

        /// Runs a command to its end, and approves at its one page.
        static func approve(
            _ arguments: [String],
            _ stage: System.Stage,
            _ browser: Browser
        ) async throws -> Approved {
            let command = try System.WaitingStampctl(arguments + ["--no-open"], stage)
            defer { command.process.end() }
            try await browser.open(command.takeURL())
            try await browser.waitForState("waiting")
            let shown = try await browser.text("dl")
            try await browser.click("#approve")
            let end = try command.end()
            return (end.ending, end.output, end.errors, shown)
        }
    }
}
