// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import StampClient
import Testing
import TurnkeyClient

@Suite("stampctl exec", .timeLimit(.minutes(15)))
struct ExecTests {
    private func exec(
        _ stage: System.Stage,
        _ command: [String],
        _ more: [String: String] = [:],
        options: [String] = []
    ) throws -> System.StampctlRun {
        try stage.run(["exec"] + options + ["--"] + command, more)
    }

    @Test("a script that was written for Turnkey reads and writes with the session")
    func unmodified() async throws {
        try await System.withStage(sandbox: ["--pending-polls", "1"]) { stage in
            _ = try await stage.startSession()
            let more = ["NEW_PUBLIC_KEY": hex(P256.Signing.PrivateKey().publicKey.compressedRepresentation)]
            let run = try exec(stage, Program.script("turnkey_script.py"), more)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output == "\(stage.sandbox.ready.username)\nACTIVITY_STATUS_COMPLETED\n")
            #expect(run.errors == Self.unenforced)
        }
    }

    @Test("a placeholder is good for its own stamps, at the proxy, on each path's own bodies, and for nothing else")
    func placeholder() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let other = P256.Signing.PrivateKey()
            let more = [
                "OTHER_PUBLIC_KEY": hex(other.publicKey.compressedRepresentation),
                "OTHER_PRIVATE_KEY": hex(other.rawRepresentation),
            ]
            let run = try exec(stage, Program.script("prove_proxy.py") + [stage.sandbox.ready.baseUrl], more)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            let proved = run.output.split(separator: "\n")
            #expect(proved.last == "ok: 191 paths refuse what is not theirs")
        }
    }

    @Test("the program's exit status, its output and its environment are passed through")
    func ending() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let echo = try exec(
                stage,
                ["sh", "-c", "echo $A $API_PUBLIC_KEY; exit 42"],
                ["A": "b"],
                options: ["--env", "generic"]
            )
            #expect(echo.status == 42)
            #expect(echo.output.wholeMatch(of: /b [0-9a-f]{66}\n/) != nil)
            #expect(try exec(stage, ["/nowhere"]).status == 64)
            #expect(try exec(stage, ["sh", "-c", "echo ${API_PUBLIC_KEY-none}"]).output == "none\n")
        }
    }

    /// Each that ends a process by default; not SIGPIPE, which `exec` ignores for its own sake.
    private static let deadly = (CInt(1)...64).filter {
        ![SIGPIPE, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, 32, 33].contains($0)
    }

    @Test("exec killed by each signal in turn ends by it, and leaves neither a process nor a port")
    func killed() async throws {
        try await expectEnds(Self.deadly) { number, exec, _ in exec.send(number) }
    }

    @Test("its program killed by each signal in turn: exec ends as it does, and leaves neither a process nor a port")
    func programKilled() async throws {
        try await expectEnds(Self.deadly + [SIGPIPE]) { number, _, program in kill(program, number) }
    }

    private func expectEnds(_ numbers: [CInt], _ end: (CInt, ChildProcess, pid_t) -> Void) async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            for number in numbers {
                // Nobody's memory is written to a file.
                let program = ["sh", "-c", "echo $$ $TURNKEY_BASE_URL; exec sleep 1000"]
                let shell = ["sh", "-c", #"ulimit -c 0; exec "$0" "$@""#, System.program("stampctl"), "exec", "--"]
                let running = try ChildProcess(shell + program, environment: stage.environment)
                defer { running.end() }
                try running.output.wait("the program's start") { $0.hasSuffix("\n") }
                let words = running.output.text.split(whereSeparator: \.isWhitespace)
                let (process, port) = (try #require(pid_t(words[0])), try #require(LoopbackPort(String(words[1]))))
                let listener = try #require(try port.findListener())
                end(number, running, process)
                #expect(try running.wait() == .killed(by: number), "signal \(number)")
                try waitUntil("the end of the program by signal \(number)") { kill(process, 0) != 0 }
                #expect(try port.findListener() != listener, "signal \(number)")
            }
        }
    }

    @Test(
        "what the terminal's key sends to both reaches the program once, and what is sent to exec alone is passed on",
        arguments: [(SIGINT, "\u{03}"), (SIGQUIT, "\u{1C}")]
    )
    func terminal(_ number: CInt, _ key: String) async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let program = """
                import os, signal
                awaited = {signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1}
                signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
                print("exec is", os.getppid(), flush=True)
                while True: print("got", int(signal.sigwait(awaited)), flush=True)
                """
            let script = "\(stage.frame.directory)/program.py"
            try Data(program.utf8).write(to: URL(filePath: script))
            let exec = try System.WaitingStampctl(
                ["exec", "--", "python3", script],
                stage,
                isAtTerminal: true
            )
            defer { exec.process.end() }
            let output = exec.process.output
            try output.wait("the program's start") { $0.contains(/exec is \d+\s/) }
            let process = try #require(output.text.firstMatch(of: /exec is (\d+)/).flatMap { pid_t($0.1) })
            try exec.type(key)
            try output.wait("the key's signal") { $0.contains("got \(number)\r\n") }
            // Behind whatever came twice.
            kill(process, SIGUSR1)
            try output.wait("a signal that is passed on") { $0.contains("got \(SIGUSR1)\r\n") }
            #expect(output.text.components(separatedBy: "got \(number)\r\n").count == 2, "\(output.text)")
            kill(process, number)
            try output.wait("a signal for exec alone") { $0.components(separatedBy: "got \(number)\r\n").count == 3 }
        }
    }

    @Test("the program gets the descriptors that were passed to exec, and none of exec's own")
    func descriptors() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let shell = #"exec 7< /dev/null; ls /proc/self/fd; echo; exec "$0" exec -- ls /proc/self/fd 2> /dev/null"#
            let run = try Program.run(["sh", "-c", shell, System.program("stampctl")], stage.environment)
            let lists = run.text.components(separatedBy: "\n\n")
            #expect(lists.count == 2 && lists[0].contains("\n7") && "\(lists[0])\n" == lists[1], "\(run.text)")
        }
    }

    @Test("without a session the program is not started, and exec asks for the passkey")
    func noSession() async throws {
        try await System.withStage { stage in
            let run = try exec(stage, ["touch", "\(stage.frame.directory)/started"])
            #expect(run.status == 3)
            #expect(!FileManager.default.fileExists(atPath: "\(stage.frame.directory)/started"))
            #expect(try stage.run(["exec"]).status == 64)
        }
    }

    @Test("with --refresh the placeholder stays good when the session has another key")
    func refresh() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let old = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 50)
            let program = """
                while "$0" session list --json | grep -q "$OLD"; do sleep 0.1; done; exec "$@"
                """
            let more = [
                "OLD": old.publicKey.text, "API": stage.sandbox.ready.baseUrl,
                "NEW_PUBLIC_KEY": hex(P256.Signing.PrivateKey().publicKey.compressedRepresentation),
            ]
            let command = ["sh", "-c", program, System.program("stampctl")] + Program.script("turnkey_script.py")
            let run = try exec(stage, command, more, options: ["--refresh"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.hasSuffix("ACTIVITY_STATUS_COMPLETED\n"))
            let bound = try exec(
                stage,
                ["sh", "-c", #"TURNKEY_API_BASE_URL="$API" "$0" refresh >&2; exec "$@""#] + command[3...],
                more
            )
            #expect(bound.status != 0)
            #expect(bound.errors.contains("another key would stamp"), "\(bound.errors)")
        }
    }

    @Test("a proxy that runs beside the frame serves the program, which then has one pair that ends with exec")
    func running() async throws {
        let options = ["--listen", "127.0.0.1:0", "--delegate", "exec", "--delegate", "b"]
        try await ProxiedStage.with(options + ["--admin", "DIR/proxy-admin.sock"]) { proxied in
            let (stage, baseURL) = (proxied.system, proxied.places[0])
            let admin = ["--admin", "\(stage.frame.directory)/proxy-admin.sock"]
            let more = ["NEW_PUBLIC_KEY": hex(P256.Signing.PrivateKey().publicKey.compressedRepresentation)]
            let run = try exec(stage, Program.script("turnkey_script.py"), more)
            #expect(run.status == 0 && run.output.hasSuffix("ACTIVITY_STATUS_COMPLETED\n"), "\(run.errors)")
            // Its admin socket is of this user's: a proxy, but no other user's.
            #expect(run.errors == Self.unenforced)
            let list = ["delegate", "list"] + admin
            #expect(try stage.run(list).output == "")
            let first = try ChildProcess(
                [System.program("stampctl"), "exec", "--", "sh", "-c", "echo $TURNKEY_BASE_URL; exec sleep 1000"],
                environment: stage.environment
            )
            defer { first.end() }
            try first.output.wait("the program's start") { $0 == "\(baseURL)\n" }
            // One living pair a name: the next program has a proxy of exec's own, or another name.
            let echo = ["sh", "-c", "echo $TURNKEY_BASE_URL"]
            let second = try exec(stage, echo)
            #expect(second.status == 0 && second.output != "\(baseURL)\n")
            let alive = "stampctl: the delegate exec has a living pair: revoke it first\n"
            #expect(second.errors == alive + Self.unenforced)
            #expect(try exec(stage, echo, options: ["--delegate", "b"]).output == "\(baseURL)\n")
            let unknown = try exec(stage, echo, options: ["--delegate", "c"])
            #expect(unknown.status == 5 && unknown.output == "")
            let elsewhere = try exec(stage, echo, options: ["--api-base-url", "http://127.0.0.1:1", "--delegate", "b"])
            #expect(elsewhere.status == 5 && elsewhere.errors.contains("and to no other API"))
            first.send(SIGKILL)
            #expect(try first.wait() == .killed(by: SIGKILL))
            try waitUntil("the end of its pair") { try stage.run(list).output == "" }
            try await stage.control.endSession(nil)
            #expect(try exec(stage, echo).status == 3)
            proxied.proxy.end()
            #expect(try exec(stage, echo, options: ["--delegate", "b"]).status == 69)
        }
    }

    @Test("on a terminal, the session's end is said a minute before")
    func warning() async throws {
        try await System.withStage { stage in
            try await withRunning(stage, seconds: 62, []) {
                try $0.wait(for: "stampctl: the session ends within a minute")
            }
            let life = ["--for", "61s"]
            try await withRunning(stage, seconds: 900, life) {
                try $0.wait(for: "stampctl: the placeholder ends within a minute")
            }
        }
    }

    /// Runs `body` while `exec` runs a program at a terminal, with a session of so many seconds.
    private func withRunning(
        _ stage: System.Stage,
        seconds: Int,
        _ options: [String],
        _ body: (System.WaitingStampctl) throws -> Void
    ) async throws {
        _ = try stage.frame.startSession(seconds: seconds)
        let running = try System.WaitingStampctl(["exec"] + options + ["--", "cat"], stage, isAtTerminal: true)
        defer { running.process.end() }
        try body(running)
    }

    private static let unenforced = "stampctl: paths are not enforced: the proxy and the program are one user\n"

    @Test("after its end a placeholder is refused")
    func end() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let poll = """
                import sys; sys.path.insert(0, sys.argv[1]); import turnkey_script
                client = turnkey_script.make_client()
                try:
                    while True: client.get_whoami()
                except Exception as error: print(error)
                """
            let command = [Program.python, "-B", "-c", poll, repository("Tests/EndToEndTests/python").path]
            let run = try exec(stage, command, options: ["--for", "5s"])
            #expect(run.output.contains("the delegate exec has ended"), "\(run.output)\(run.errors)")
        }
    }
}
