// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing
import TurnkeyClient

@Suite("a minting session under rules")
struct FleetRuleTests {
    private static let users = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]
    private static let fixture = """
        {"organizations": [{"organizationId": "0191f3a7-0000-7000-8000-00000000000a", "organizationName": "Acme", "users": [
          {"userId": "0191f3a7-0000-7000-8000-00000000000b", "userName": "root"},
          {"userId": "\(users[0])", "userName": "fleet-web-1", "isRootUser": false},
          {"userId": "\(users[1])", "userName": "fleet-web-2", "isRootUser": false},
          {"userId": "33333333-3333-4333-8333-333333333333", "userName": "fleet-web-3", "isRootUser": false}
        ]}]}
        """

    private func withFleet(
        changing change: (String) -> String = { $0 },
        _ body: (FleetStage) async throws -> Void
    ) async throws {
        try await System.withDirectory { directory in
            let shipped = try String(contentsOf: repository("examples/rules/fleet-minting.json"), encoding: .utf8)
            let set = change(shipped)
            let rules = #"{"rules": {"stamp": "contained", "stamp-fleet": \#(set)}}"#
            let configuration = try ConfigurationFile(rules, in: directory.path)
            try Data(Self.fixture.utf8).write(to: URL(filePath: directory.path(of: "fixture.json")))
            try await FleetStage.with(
                users: 0,
                sandbox: ["--fixture", directory.path(of: "fixture.json")],
                frame: ["--configuration", configuration.path, "--stamp-socket", "fleet"],
                body
            )
        }
    }

    private static let minting = ["--select", "*", "--socket", "stamp-fleet"]

    @Test("the shipped set lets it register keys of listed users for four hours, and nothing else")
    func bounded() async throws {
        try await withFleet { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            let approved = try await fleet.approve(Self.minting)
            #expect(approved.outcomes == ["f-1": "published"], "\(approved.run.errors)\(approved.run.output)")
            #expect(!approved.run.errors.contains("lets its users register keys"))
            #expect(try await fleet.canStart(one))

            let long = try await fleet.ask("f-2", as: "web-1", seconds: 14_401)
            let refused = try await fleet.approve(Self.minting + ["--repin"])
            #expect(refused.run.status == 5, "\(refused.run.errors)")
            #expect(
                refused.run.errors.contains("do not let fleet-minting register a key of the user"),
                "\(refused.run.errors)"
            )
            #expect(try await fleet.whoami(long) == nil)
            let shorter = try await fleet.approve(Self.minting + ["--repin", "--for", "4h"])
            #expect(shorter.outcomes["f-2"] == "published", "\(shorter.run.errors)")

            try await fleet.startSession()
            let frame = StampClient(fleet.stage.address, socket: "stamp-fleet", deadline: .seconds(patience))
            for (userId, seconds) in [(fleet.stage.sandbox.ready.userId, "900"), (Self.users[0], "14401")] {
                let body = try String(
                    decoding: fleet.stage.makeSubmission(
                        "ACTIVITY_TYPE_CREATE_API_KEYS_V2",
                        [
                            "userId": userId,
                            "apiKeys": [
                                [
                                    "apiKeyName": "n", "publicKey": Credential().publicKey,
                                    "curveType": "API_KEY_CURVE_P256", "expirationSeconds": seconds,
                                ]
                            ],
                        ]
                    ),
                    as: UTF8.self
                )
                let answer = try await frame.explain(payload: body, session: "fleet-minting")
                #expect(answer.effect == .deny, "\(userId) \(seconds)")
            }
        }
    }

    /// The shipped set with one of its bounds taken away.
    struct OpenSet: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [String: String]

        func change(_ set: String) -> String { changes.reduce(set) { $0.replacing($1.key, with: $1.value) } }
    }

    private static let openSets = [
        OpenSet(
            testDescription: "of any user",
            changes: [
                #""lists": {"fleet-users": ["\#(users[0])", "\#(users[1])"]},"#: "",
                #"{"at": "/parameters/userId", "in": "@fleet-users"},"#: "",
            ]
        ),
        OpenSet(
            testDescription: "without an end",
            changes: [
                #"{"at": "/parameters/apiKeys/*/expirationSeconds", "between": ["10", "14400"]}"#:
                    #"{"at": "/parameters/userId", "in": "@fleet-users"}"#
            ]
        ),
        OpenSet(testDescription: "for a year", changes: [#""14400""#: #""40000000""#]),
    ]

    @Test(
        "at a socket whose set lets keys be registered that no approval needs, nothing is registered",
        arguments: openSets
    )
    func open(set: OpenSet) async throws {
        try await withFleet(changing: set.change) { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            let refused = try await fleet.approve(Self.minting)
            #expect(refused.run.status == 5, "\(refused.run.errors)")
            #expect(
                refused.run.errors.contains("has no rules that hold fleet-minting to keys"),
                "\(refused.run.errors)"
            )
            #expect(try await fleet.whoami(one) == nil)
        }
    }

    @Test("it stamps at the socket stamp-fleet unless another is named; without such a socket nothing is begun")
    func defaultSocket() async throws {
        try await withFleet { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            try await fleet.startSession()
            let words = fleet.approval().filter { $0 != "--socket" && $0 != "control" }
            let approved = try fleet.run(words)
            #expect(approved.status == 0, "\(approved.errors)")
            #expect(!approved.errors.contains("no rules hold"), "\(approved.errors)")
            #expect(try await fleet.canStart(one))
        }
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            let refused = try fleet.run(fleet.approval().filter { $0 != "--socket" && $0 != "control" })
            #expect(refused.status == 69, "\(refused.errors)")
            #expect(
                refused.errors.contains("the socket stamp-fleet of your frame cannot be asked"),
                "\(refused.errors)"
            )
            #expect(try await fleet.whoami(one) == nil)
            let open = try await fleet.approve()
            #expect(open.run.errors.contains("no rules hold at the socket control"), "\(open.run.errors)")
        }
    }

    @Test("a session of its name is taken only where it is of this organization, and lives five minutes at most")
    func strangeSessions() async throws {
        try await withFleet { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            try await fleet.startSession(seconds: 3_600)
            let long = try fleet.run(fleet.approval(Self.minting))
            #expect(long.status == 5)
            #expect(long.errors.contains("lives longer than the 300 seconds"), "\(long.errors)")
            #expect(long.errors.contains("stampctl logout --session fleet-minting"), "\(long.errors)")
            try await fleet.startSession(organizationId: UUID().uuidString.lowercased())
            let foreign = try fleet.run(fleet.approval(Self.minting))
            #expect(foreign.status == 5)
            #expect(foreign.errors.contains("is not of the organization"), "\(foreign.errors)")
            #expect(try await fleet.whoami(one) == nil)
        }
    }

    @Test("at a socket without the set nothing is registered, and the hint names it; an open stamp socket is warned of")
    func refused() async throws {
        try await withFleet { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            let refused = try await fleet.approve(["--select", "*", "--socket", "stamp"])
            #expect(refused.run.status == 5, "\(refused.run.errors)")
            #expect(refused.run.errors.contains("examples/rules/fleet-minting.json"), "\(refused.run.errors)")
            #expect(try await fleet.whoami(one) == nil)
        }
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            // No session lives, and none is begun.
            let unruled = try fleet.run(fleet.approval(["--select", "*", "--socket", "stamp"]))
            #expect(unruled.status == 5, "\(unruled.errors)")
            #expect(unruled.errors.contains("the socket stamp has no rules"), "\(unruled.errors)")
            let approved = try await fleet.approve()
            #expect(approved.run.status == 0)
            #expect(approved.run.errors.contains("socket stamp lets its users register keys that do not end"))
        }
    }
}
