// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing

@Suite("stampctl proxy", .timeLimit(.minutes(15)))
struct ProxyTests {
    private func withProxy(
        _ options: [String],
        _ body: (System.Stage, ChildProcess) async throws -> Void
    ) async throws {
        try await ProxiedStage.with(options, rules: ProxiedStage.agentAsksWho) { stage in
            try await body(stage.system, stage.proxy)
        }
    }

    private static func body(_ stage: System.Stage) -> String {
        #"{"organizationId":"\#(stage.sandbox.ready.organizationId)"}"#
    }

    /// The stamp over it by a pair that was made.
    private static func stamp(_ stage: System.Stage, _ made: System.StampctlRun) async throws -> String {
        try await JSONDecoder().decode(Placeholder.self, from: Data(made.output.utf8)).stamp(body(stage))
    }

    private func curl(_ stage: System.Stage, _ options: [String]) throws -> String {
        let run = try ChildProcess(["curl", "-s", "-i", "-m", "120", "-d", Self.body(stage)] + options)
        defer { run.end() }
        #expect(try run.wait() == .exited(0))
        try run.output.waitForEnd()
        return run.output.text
    }

    @Test("at a delegate's socket curl needs no key, and the rules hold by delegate and path")
    func socket() async throws {
        try await withProxy(["--listen", "unix:DIR/agent=agent", "--listen", "unix:DIR/other=other"]) { stage, proxy in
            let agent = ["--unix-socket", "\(stage.frame.directory)/agent"]
            let answer = try curl(stage, agent + ["http://localhost/public/v1/query/whoami"])
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
            #expect(answer.contains(stage.sandbox.ready.username))
            // Its body is as good for this one, which only the path tells from whoami.
            let users = try curl(stage, agent + ["http://localhost/public/v1/query/list_users"])
            #expect(users.hasPrefix("HTTP/1.1 403 Forbidden\r\n"), "\(users)")
            #expect(users.contains("Stampd-Fallback: never\r\n") && users.contains("rule.none"))
            let other = ["--unix-socket", "\(stage.frame.directory)/other"]
            let refused = try curl(stage, other + ["http://localhost/public/v1/query/whoami"])
            #expect(refused.hasPrefix("HTTP/1.1 403 Forbidden\r\n") && refused.contains("rule.none"), "\(refused)")
            #expect(try curl(stage, agent + ["http://evil/public/v1/query/whoami"]).hasPrefix("HTTP/1.1 421 "))
            let get = try curl(stage, agent + ["-X", "GET", "http://localhost/public/v1/query/whoami"])
            #expect(get.hasPrefix("HTTP/1.1 405 "))
            proxy.send(SIGTERM)
            #expect(try proxy.wait() == .killed(by: SIGTERM))
        }
    }

    @Test("a delegate's pair works until it is revoked, once at a time, and ends with the session that it was made for")
    func delegates() async throws {
        let options = ["--listen", "127.0.0.1:0", "--delegate", "agent", "--admin", "DIR/admin"]
        try await withProxy(options) { stage, proxy in
            let admin = ["--admin", "\(stage.frame.directory)/admin"]
            let create = ["delegate", "create", "--name", "agent", "--for", "10m", "--json"] + admin
            let made = try stage.run(create)
            #expect(made.status == 0, "\(made.errors)")
            let baseURL = String(proxy.output.text.split(separator: "\n")[0])
            #expect(try ask(stage, baseURL, made) == stage.sandbox.ready.username + "\n")
            #expect(try stage.run(create).errors.contains("has a living pair"))
            let list = try stage.run(["delegate", "list", "--json"] + admin)
            #expect(list.output.contains(try made.json["publicKey"] as? String ?? "nothing"))
            #expect(!list.output.contains(try made.json["privateKey"] as? String ?? ""))
            #expect(try stage.run(["delegate", "revoke", "--name", "agent"] + admin).status == 0)
            let whoami = "\(baseURL)/public/v1/query/whoami"
            let revoked = try curl(stage, ["-H", "X-Stamp: \(try await Self.stamp(stage, made))", whoami])
            #expect(revoked.contains("has not the stamp of"), "\(revoked)")
            #expect(try stage.run(["delegate", "create", "--name", "b", "--for", "1h"] + admin).status == 5)
            let again = try stage.run(create)
            _ = try stage.frame.startSession()
            let bound = try curl(stage, ["-H", "X-Stamp: \(try await Self.stamp(stage, again))", whoami])
            #expect(bound.contains("another key would stamp"), "\(bound)")
            try await stage.control.endSession(nil)
            _ = try stage.run(["delegate", "revoke", "--name", "agent"] + admin)
            #expect(try stage.run(create).status == 3)
        }
    }

    @Test("a pair of --any-session outlives the session, and is good with the next one")
    func anySession() async throws {
        let options = ["--listen", "127.0.0.1:0", "--delegate", "agent", "--admin", "DIR/admin"]
        try await withProxy(options) { stage, proxy in
            let admin = ["--admin", "\(stage.frame.directory)/admin"]
            let made = try stage.run(
                ["delegate", "create", "--name", "agent", "--for", "1d", "--any-session", "--json"] + admin
            )
            // The session's 900 seconds are no limit of it.
            #expect((try made.json["expiresInMilliseconds"] as? Int ?? 0) > 86_000_000, "\(made.errors)")
            let whoami = String(proxy.output.text.split(separator: "\n")[0]) + "/public/v1/query/whoami"
            let stamp = ["-H", "X-Stamp: \(try await Self.stamp(stage, made))"]
            #expect(try curl(stage, stamp + [whoami]).contains(stage.sandbox.ready.username))
            try await stage.control.endSession(nil)
            let none = try curl(stage, stamp + [whoami])
            #expect(none.hasPrefix("HTTP/1.1 401 ") && none.contains("Stampd-Fallback: passkey"), "\(none)")
            _ = try await stage.startSession()
            #expect(try curl(stage, stamp + [whoami]).contains(stage.sandbox.ready.username))
        }
    }

    @Test("a page is answered where its origin is allowed by name, and asks first whether it may")
    func origins() async throws {
        let page = "https://wallet.example"
        try await withProxy(["--listen", "unix:DIR/agent=agent", "--allow-origin", page]) { stage, _ in
            let socket = ["--unix-socket", "\(stage.frame.directory)/agent"]
            let whoami = socket + ["http://localhost/public/v1/query/whoami"]
            let answer = try curl(stage, ["-H", "Origin: \(page)"] + whoami)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
            #expect(answer.lowercased().contains("\r\naccess-control-allow-origin: \(page)\r\n"))
            let preflight = try curl(stage, ["-H", "Origin: \(page)", "-X", "OPTIONS"] + whoami)
            #expect(preflight.hasPrefix("HTTP/1.1 204 No Content\r\n"), "\(preflight)")
            #expect(
                preflight.lowercased().contains("access-control-allow-headers: content-type, x-client-version, x-stamp")
            )
            // What is refused may be read too.
            let users = socket + ["http://localhost/public/v1/query/list_users"]
            let refused = try curl(stage, ["-H", "Origin: \(page)"] + users)
            #expect(refused.hasPrefix("HTTP/1.1 403 ") && refused.lowercased().contains("allow-origin: \(page)"))
            for other in ["null", "https://wallet.example:444", "http://wallet.example", "https://a.wallet.example"] {
                for method in ["POST", "OPTIONS"] {
                    let foreign = try curl(stage, ["-H", "Origin: \(other)", "-X", method] + whoami)
                    #expect(foreign.hasPrefix("HTTP/1.1 403 "), "\(foreign)")
                    #expect(!foreign.lowercased().contains("access-control"))
                }
            }
            let two = try curl(stage, ["-H", "Origin: \(page)", "-H", "Origin: \(page)"] + whoami)
            #expect(two.hasPrefix("HTTP/1.1 403 "), "\(two)")
            #expect(try curl(stage, ["-X", "OPTIONS"] + whoami).hasPrefix("HTTP/1.1 405 "))
        }
    }

    @Test("a delegate that floods is told 429 and when to come again, and another one's requests go on")
    func flood() async throws {
        let options = [
            "--listen", "unix:DIR/agent=agent", "--listen", "unix:DIR/noisy=noisy", "--requests-per-second", "5",
        ]
        try await withProxy(options) { stage, _ in
            let (file, path) = ("\(stage.frame.directory)/flooding", "/public/v1/query/whoami")
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            let script = repository("Tests/EndToEndTests/python/flood_proxy.py").path
            let noisy = "\(stage.frame.directory)/noisy"
            let flood = try ChildProcess(["python3", "-B", script, noisy, path, Self.body(stage), file])
            defer { flood.end() }
            try flood.errors.wait("a flood") { $0.contains("it floods") }
            for _ in 0..<20 {
                let agent = ["--unix-socket", "\(stage.frame.directory)/agent", "http://localhost\(path)"]
                let answer = try curl(stage, agent)
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
            }
            try FileManager.default.removeItem(atPath: file)
            #expect(try flood.wait() == .exited(0), "\(flood.errors.text)")
            try flood.output.waitForEnd()
            let result = try JSONDecoder().decode(Flood.self, from: Data(flood.output.text.utf8))
            // Rules allow it nothing: what its rate lets through is refused by them.
            #expect(Set(result.statuses.keys).subtracting(["403", "429", "closed"]) == [], "\(result)")
            #expect((result.statuses["429"] ?? 0) > 0 && (result.statuses["403"] ?? 0) >= 50, "\(result)")
            #expect(result.waits == ["1"])
        }
    }

    private struct Flood: Decodable {
        let statuses: [String: Int]
        let waits: [String?]
    }

    @Test("an API that is away is 502, and a frame that is away too")
    func away() async throws {
        try await withProxy(["--listen", "unix:DIR/agent=agent"]) { stage, _ in
            let whoami = ["--unix-socket", "\(stage.frame.directory)/agent", "http://localhost/public/v1/query/whoami"]
            stage.sandbox.process.end()
            let noAPI = try curl(stage, whoami)
            #expect(
                noAPI.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n") && noAPI.contains("Stampd-Fallback: retry"),
                "\(noAPI)"
            )
            #expect(try stage.frame.stop() == .exited(0))
            #expect(try curl(stage, whoami).hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        }
    }

    @Test(
        "addresses and delegates that do not go together are wrong usage",
        arguments: [
            ["--listen", "127.0.0.1:0"], ["--listen", "unix:/a=b", "--admin", "/c", "--delegate", "d"],
            ["--listen", "0.0.0.0:1"], ["--listen", "unix:relative=a"], ["--listen", "127.0.0.1:65536"], [],
            ["--listen", "fd:"], ["--listen", "fd:agent"], ["--listen", "fd:a b=agent"],
            ["--listen", "unix:/a=b", "--allow-origin", "https://a/"],
            ["--listen", "unix:/a=b", "--allow-origin", "wallet.example"],
            ["--listen", "unix:/a=b", "--requests-per-second", "-1"],
        ]
    )
    func usage(_ options: [String]) async throws {
        try await System.withDirectory { _ in
            let run = try System.StampctlRun(["proxy"] + options)
            #expect(run.status == 64)
        }
    }

    @Test("sockets that a service manager passed are served by their names, and none is left over")
    func passed() async throws {
        try await withProxy(["--listen", "unix:DIR/own=agent"]) { stage, _ in
            func start(_ name: String, _ listen: String) throws -> ChildProcess {
                let listener = try PassedListener(name, path: "\(stage.frame.directory)/\(UUID().uuidString)")
                return try ChildProcess(
                    PassedListener.launcher + [System.program("stampctl"), "proxy", "--listen", listen],
                    environment: stage.environment.merging(PassedListener.environment([listener])) { $1 },
                    passing: [listener.descriptor]
                )
            }
            let proxy = try start("agent", "fd:agent=agent")
            defer { proxy.end() }
            try proxy.output.wait("a proxy that listens") { $0.hasSuffix("\n") }
            let path = try #require(proxy.output.text.wholeMatch(of: #/unix:(/.*)\n/#)).1
            let whoami = ["--unix-socket", String(path), "http://localhost/public/v1/query/whoami"]
            #expect(try curl(stage, whoami).contains(stage.sandbox.ready.username))
            proxy.send(SIGTERM)
            #expect(try proxy.wait() == .killed(by: SIGTERM))
            let other = try start("other", "fd:agent=agent")
            defer { other.end() }
            #expect(try other.wait() == .exited(64))
            try other.errors.waitForEnd()
            #expect(other.errors.text.contains("no socket named agent was passed"))
            let left = try start("agent", "unix:\(path)2=agent")
            defer { left.end() }
            #expect(try left.wait() == .exited(64))
            try left.errors.waitForEnd()
            #expect(left.errors.text.contains("a socket named 'agent' was passed that nothing listens at"))
        }
    }

    /// PyPI's client asks who it is with a pair that was made.
    private func ask(_ stage: System.Stage, _ baseURL: String, _ made: System.StampctlRun) throws -> String {
        let script = """
            import sys; sys.path.insert(0, sys.argv[1]); import turnkey_script
            try: print(turnkey_script.make_client().get_whoami().username)
            except Exception as error: print(error)
            """
        let placeholder = try JSONDecoder().decode(Placeholder.self, from: Data(made.output.utf8))
        let run = try Program.run(
            [Program.python, "-B", "-c", script, repository("Tests/EndToEndTests/python").path],
            ProxiedStage.makeEnvironment(placeholder, baseURL: baseURL, stage)
        )
        #expect(run.ending == .exited(0))
        return run.text
    }
}
