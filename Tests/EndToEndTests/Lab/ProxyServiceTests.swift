// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite(
    "the stamping proxy of the system",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabProxyServiceTests {
    private static let configuration = "/etc/stampd/stampd.json"
    private static let helper = "/usr/lib/stampd/add-proxy"
    private static let service = "stampd-proxy.service"
    private static let baseURL = "http://127.0.0.1:7100"

    /// The proxy's users: who makes pairs, whose programs use one, and who has none.
    private static let (manager, worker, stranger) = ("manager", "worker", "stranger")

    /// What the tests know of the API in the lab.
    private struct API: Decodable {
        let baseUrl: String
        let organizationId: String
        let username: String
        let apiPrivateKey: String

        var body: String { #"{"organizationId":"\#(organizationId)"}"# }
    }

    /// A pair as `stampctl delegate create` prints it.
    private struct Pair: Decodable {
        let privateKey: String
        let listening: [String]

        func stamp(_ body: String) throws -> String {
            let key = try P256.Signing.PrivateKey(rawRepresentation: Data(hexDigits: privateKey))
            return try Credential(key: key).stamp(body)
        }
    }

    /// Runs `body` where the proxy is enabled, with an API and a session of its user's, as what `rules` say.
    private func withProxy(_ rules: String? = nil, _ body: (Lab, API) throws -> Void) async throws {
        try await withLab { lab in
            for product in ["stampctl", "turnkey-sandbox"] { try lab.put(product: product) }
            let usual = try lab.run("cat", Self.configuration)
            defer { try? lab.put(usual, at: Self.configuration) }
            if let rules {
                try lab.put(
                    usual.replacing(#""stamp": "contained""#, with: #""stamp": \#(rules)"#),
                    at: Self.configuration
                )
            }
            if try lab.attempt(["id", Self.manager]).code != 0 {
                try lab.addUser(Self.manager, groups: "stampd-delegates")
                for user in [Self.worker, Self.stranger] { try lab.addUser(user, groups: "users") }
            }
            let api = try Self.startAPI(lab)
            defer { _ = try? lab.attempt(["systemctl", "stop", "sandbox.service"]) }
            let delegates = ["exec", "agent", "other"].map { "--delegate \($0)" }.joined(separator: " ")
            try lab.put(
                "STAMPD_PROXY_OPTIONS=\(delegates)\nTURNKEY_API_BASE_URL=\(api.baseUrl)\n",
                at: "/etc/stampd/proxy.conf"
            )
            try lab.run(Self.helper)
            let key = try P256.Signing.PrivateKey(rawRepresentation: Data(hexDigits: api.apiPrivateKey))
            _ = try lab.startSession(Credential(key: key))
            try body(lab, api)
        }
    }

    private static func startAPI(_ lab: Lab) throws -> API {
        let file = "/run/sandbox.json"
        try lab.run("rm", "-f", file)
        try lab.run("systemd-run", "--quiet", "--unit=sandbox", "/usr/bin/turnkey-sandbox", "--ready-file", file)
        try waitUntil("a sandbox in the lab") { try lab.attempt(["test", "-s", file]).code == 0 }
        return try JSONDecoder().decode(API.self, from: Data(lab.run("cat", file).utf8))
    }

    private static func create(_ lab: Lab, _ name: String, for user: String) throws -> Pair {
        let command = ["stampctl", "delegate", "create", "--name", name, "--for", "10m", "--user", user, "--json"]
        return try JSONDecoder().decode(Pair.self, from: Data(lab.run(Self.as(Self.manager, command)).utf8))
    }

    private static func `as`(_ user: String, _ command: [String]) -> [String] {
        ["runuser", "-u", user, "--"] + command
    }

    /// What `user`'s curl says of a query with this stamp.
    private static func ask(
        _ lab: Lab,
        _ api: API,
        _ query: String,
        _ pair: Pair,
        as user: String,
        _ place: [String] = []
    ) throws -> Lab.Run {
        let stamp = try pair.stamp(api.body)
        let curl = ["curl", "-s", "-i", "-m", "120", "-d", api.body, "-H", "X-Stamp: \(stamp)"] + place
        let url = (place.isEmpty ? Self.baseURL : "http://localhost") + "/public/v1/query/\(query)"
        return try lab.attempt(Self.as(user, curl + [url]))
    }

    @Test("the first connection starts it; it serves a delegate's user by delegate and path, and nobody else")
    func serves() async throws {
        let rules = """
            {"version": 1, "rules": [
              {"id": "agent-asks-who", "effect": "allow", "who": {"delegate": ["agent"]}, "payload": "query",
               "path": ["/public/v1/query/whoami"], "members": ["organizationId"]}]}
            """
        try await withProxy(rules) { lab, api in
            #expect(try lab.show("ActiveState", of: Self.service) == "inactive")
            let pair = try Self.create(lab, "agent", for: Self.worker)
            #expect(try lab.show("ActiveState", of: Self.service) == "active")
            #expect(Set(pair.listening) == [Self.baseURL, "unix:/run/stampd/proxy.sock"])
            for place in [[], ["--unix-socket", "/run/stampd/proxy.sock"]] {
                for user in [Self.worker, "root"] {
                    let answer = try Self.ask(lab, api, "whoami", pair, as: user, place)
                    #expect(answer.output.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(user) \(place): \(answer.output)")
                    #expect(answer.output.contains(api.username))
                }
                // Its body is as good for this one: the frame is told the path, and believes it.
                let users = try Self.ask(lab, api, "list_users", pair, as: Self.worker, place)
                #expect(users.output.hasPrefix("HTTP/1.1 403 Forbidden\r\n"), "\(users.output)")
                // CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: closed before anything is read of it; and
                // CURLE_COULDNT_CONNECT where that was before curl looked.
                let refused = try Self.ask(lab, api, "whoami", pair, as: Self.stranger, place)
                #expect([7, 52, 55, 56].contains(refused.code) && refused.output == "", "\(place): \(refused)")
            }
            // With a pair of its own it is let in, and has no other's.
            _ = try Self.create(lab, "other", for: Self.stranger)
            let stolen = try Self.ask(lab, api, "whoami", pair, as: Self.stranger)
            #expect(stolen.output.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"), "\(stolen.output)")
            let list = ["stampctl", "delegate", "list"]
            for user in [Self.worker, Self.stranger] { #expect(try lab.attempt(Self.as(user, list)).code == 69) }
            #expect(try lab.run(Self.as(Self.manager, list)).contains("agent"))
        }
    }

    @Test("a restart ends its pairs and says so; a stop is clean, and the next connection starts it") func restart()
        async throws
    {
        try await withProxy { lab, api in
            let pair = try Self.create(lab, "agent", for: Self.worker)
            #expect(try Self.ask(lab, api, "whoami", pair, as: Self.worker).output.contains(api.username))
            try lab.run("systemctl", "restart", Self.service)
            #expect(try lab.log(of: Self.service).contains("stampctl: pairs that end with the proxy: agent"))
            #expect(try Self.ask(lab, api, "whoami", pair, as: Self.worker).output == "")
            let next = try Self.create(lab, "agent", for: Self.worker)
            #expect(try Self.ask(lab, api, "whoami", next, as: Self.worker).output.contains(api.username))
            let old = try Self.ask(lab, api, "whoami", pair, as: Self.worker)
            #expect(old.output.hasPrefix("HTTP/1.1 401 "))
            try lab.run("systemctl", "stop", Self.service)
            #expect(try lab.show("Result", of: Self.service) == "success")
            #expect(try lab.show("NRestarts", of: Self.service) == "0")
            let again = try Self.create(lab, "agent", for: Self.worker)
            #expect(try Self.ask(lab, api, "whoami", again, as: Self.worker).output.contains(api.username))
        }
    }

    @Test("exec has its program served by it, with a pair that ends with exec, however that ends") func exec()
        async throws
    {
        try await withProxy { lab, api in
            let file = "/tmp/program"
            try lab.run("rm", "-f", file)
            let told = "echo $TURNKEY_API_PRIVATE_KEY $TURNKEY_API_BASE_URL"
            let script = "\(told) >\(file).new; mv \(file).new \(file); sleep 1000"
            let environment = [
                "--setenv=TURNKEY_API_BASE_URL=\(api.baseUrl)", "--setenv=HOME=/home/\(Self.manager)",
                "--property=User=\(Self.manager)",
            ]
            let command = ["/usr/bin/stampctl", "exec", "--", "sh", "-c", script]
            try lab.run(["systemd-run", "--quiet", "--unit=program", "--remain-after-exit"] + environment + command)
            try waitUntil("a program in the lab") { try lab.attempt(["test", "-e", file]).code == 0 }
            let words = try lab.run("cat", file).split(separator: " ").map(String.init)
            #expect(words[1] == Self.baseURL)
            let pair = Pair(privateKey: words[0], listening: [])
            #expect(try Self.ask(lab, api, "whoami", pair, as: Self.manager).output.contains(api.username))
            #expect(!(try lab.log(of: "program.service")).contains("not enforced"))
            let list = Self.as(Self.manager, ["stampctl", "delegate", "list"])
            #expect(try lab.run(list).contains("exec"))
            try lab.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "program.service")
            try waitUntil("the end of the pair") { try lab.run(list) == "" }
            try lab.run("systemctl", "stop", "program.service")
        }
    }

    @Test("without the frame's belief no pair is made, and whoever asks is told why") func unbelieved() async throws {
        try await withProxy { lab, _ in
            let usual = try lab.run("cat", Self.configuration)
            defer { try? lab.put(usual, at: Self.configuration) }
            #expect(usual.contains(#""mayName""#))
            try lab.put("{}", at: Self.configuration)
            try lab.run("systemctl", "restart", "stampd.service")
            _ = try lab.startSession()
            let command = ["stampctl", "delegate", "create", "--name", "agent", "--for", "10m"]
            let refused = try lab.attempt(Self.as(Self.manager, command))
            #expect(refused.code == 5 && refused.errors.contains("mayName"), "\(refused.errors)")
        }
    }

    @Test("add-proxy leaves what the configuration says already, and takes no argument") func helper() async throws {
        try await withProxy { lab, _ in
            let before = try lab.run("cat", Self.configuration)
            #expect(before.contains(#""uids": [\#(try lab.run("id", "-u", "stampd-proxy"))]"#))
            try lab.run(Self.helper)
            #expect(try lab.run("cat", Self.configuration) == before)
            let usage = try lab.attempt([Self.helper, "agent"])
            #expect(usage.code == 64 && usage.errors == "usage: add-proxy\n")
        }
    }
}
