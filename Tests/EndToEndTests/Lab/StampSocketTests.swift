// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "a further stamp socket",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabStampSocketTests {
    private static let helper = "/usr/lib/stampd/stamp-socket"
    private static let agent = "/run/stampd/stamp-agent.sock"
    private static let configuration = "/etc/stampd/stampd.json"

    @Test("has its own group and rules, beside those of the package, and is taken away without a trace but the group")
    func life() async throws {
        try await withLab { lab in
            let before = try lab.run("cat", Self.configuration)
            let contained = try lab.startSession()
            #expect(try lab.stamps(with: contained))
            let other = ["payload": "no JSON"]
            #expect(try lab.call("Stamper.Stamp", other, at: Lab.stampSocket).summary == Self.malformed)
            try lab.run(Self.helper, "add", "agent", "open")
            try lab.addUser("agent", groups: "stampd-stamp-agent")
            // The sockets as the service has them are the manager's, whoever connects first.
            #expect(try lab.call("Stamper.GetStatus", at: Lab.stampSocket).summary == "ok")
            let credential = try lab.startSession()
            #expect(try lab.stamps(with: credential, at: Self.agent, as: "agent"))
            #expect(try lab.call("Stamper.Stamp", other, at: Self.agent, as: "agent").summary == "ok")
            #expect(try lab.call("Stamper.Stamp", other, at: Lab.stampSocket).summary == Self.malformed)
            let foreign = try lab.attemptCall("Stamper.GetStatus", at: Lab.stampSocket, as: "agent")
            #expect(foreign.code == 1 && foreign.errors == "PermissionError\n")
            // A restart brings all of its sockets back.
            try lab.run("systemctl", "restart", "stampd.service")
            #expect(try lab.stamps(with: credential, at: Self.agent, as: "agent"))
            try lab.run(Self.helper, "remove", "agent")
            #expect(try lab.attemptCall("Stamper.GetStatus", at: Self.agent).code == 1)
            #expect(try lab.call("Stamper.GetStatus", at: Lab.stampSocket).summary == "ok")
            #expect(try lab.run("cat", Self.configuration) == before)
            let left = "find /etc/systemd/system /etc/sysusers.d -name '*stamp-agent*'"
            #expect(try lab.run("sh", "-c", left) == "")
        }
    }

    @Test("takes the rules of a file, and none that stampd refuses: then nothing is changed") func file() async throws {
        try await withLab { lab in
            let before = try lab.run("cat", Self.configuration)
            let rules = try String(contentsOf: repository("examples/rules/ops-queries.json"), encoding: .utf8)
            try lab.put(rules, at: "/tmp/rules.json")
            try lab.put(rules.replacing("\"version\": 1", with: "\"version\": 2"), at: "/tmp/wrong.json")
            let refused = try lab.attempt([Self.helper, "add", "ops", "/tmp/wrong.json"])
            #expect(refused.code == 78 && refused.errors.contains("rules, stamp-ops, version"), "\(refused.errors)")
            #expect(try lab.run("cat", Self.configuration) == before)
            try lab.run(Self.helper, "add", "ops", "/tmp/rules.json")
            let sets = try lab.call("Control.GetRules").parameters["ruleSets"] as? [[String: Any]]
            #expect(sets?.map { $0["socket"] as? String } == ["stamp", "stamp-ops"])
            try lab.run(Self.helper, "remove", "ops")
        }
    }

    @Test(
        "wrong usage changes nothing",
        arguments: [
            "", "add", "add agent", "add A open", "add agent shut", "add agent open A", "remove", "move agent",
            "add agent open a b", "add a-long-name-here open another-name-her",
        ]
    )
    func usage(_ arguments: String) async throws {
        try await withLab { lab in
            let run = try lab.attempt([Self.helper] + arguments.split(separator: " ").map(String.init))
            #expect(run.code == 64 && run.errors.hasPrefix("stamp-socket: "), "\(run.errors)")
        }
    }

    private static let malformed = "Denied fallback=never reason=payload.malformed rule=payload"
}
