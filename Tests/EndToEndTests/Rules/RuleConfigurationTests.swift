// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("rules in the configuration", .serialized, .timeLimit(.minutes(15)))
struct RuleConfigurationTests {
    private static let wallets = """
        {"id": "wallets", "effect": "allow", "kind": ["CREATE_WALLET"], "only": ["walletName"]}
        """
    private static let allowing = #"{"rules": {"stamp": {"version": 1, "rules": [\#(wallets)]}}}"#

    /// Three faults in two sets.
    private static let broken = """
        {"rules": {"stamp": {"version": 1, "rules": [
           {"id": "a", "effect": "allow", "kind": ["CREATE_WALLET"]},
           {"id": "b", "effect": "allow", "kind": ["CREATE_WALLET"], "only": [], "when": [{"at": "/x", "between": ["2", "1"]}]}
         ]}, "control": {"version": 2, "rules": [\(wallets)]}}}
        """
    private static let faults = [
        "rules, stamp, rule a, rules[0]", "rules, stamp, rule b, rules[1].when[0]", "rules, control, version",
    ]

    @Test("a broken set changes nothing: each fault is said with its socket, rule and member, and the old set holds on")
    func brokenReload() async throws {
        try await withConfiguredFrame(Self.allowing) { frame, manager, file in
            try frame.startSession()
            let client = try frame.stampClient()
            func expectAllowing() throws {
                #expect(try client.stamper("Stamp", ["payload": wallet("w")]).error == nil)
                #expect(try client.stamper("Stamp", ["payload": "{}"]).summary == refusal("rule.none"))
            }
            try expectAllowing()
            try file.replace(Self.broken)
            try frame.reload(manager)
            for fault in Self.faults { try frame.waitForLog("reload failed: \(file.path): \(fault)") }
            try expectAllowing()
            while try !manager.wait(for: "STATUS=").contains("reload failed: rules, ") {}
            try file.replace(#"{"rules": {"stamp": "queries"}}"#)
            try frame.reload(manager)
            try frame.waitForLog("reloaded: rules\n")
            #expect(try client.stamper("Stamp", ["payload": "{}"]).error == nil)
            #expect(try client.stamper("Stamp", ["payload": wallet("w")]).summary == refusal("rule.none"))
            // Without rules the socket is open again.
            try file.replace("{}")
            try frame.reload(manager)
            #expect(try client.stamper("Stamp", ["payload": "no JSON"]).error == nil)
        }
    }

    @Test("a file with a fault starts no frame, and a look at it says the same; a good one is ok") func brokenStart()
        async throws
    {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(Self.broken, in: directory.path)
                for arguments in [
                    ["--socket-directory", directory.path, "--configuration"], ["--check-configuration"],
                ] {
                    let refused = try Refused(all: arguments + [file.path])
                    #expect(refused.code == 78)
                    for fault in Self.faults {
                        #expect(refused.errors.contains("\(file.path): \(fault)"), "\(refused.errors)")
                    }
                }
                for (text, sockets, isGood) in [
                    (Self.allowing, [], true), (#"{"rules": {"stamp-x": "contained"}}"#, [], true),
                    (#"{"rules": {"stamp-x": "contained"}}"#, ["--stamp-socket", "x"], false),
                    (#"{"rules": {"stamp": "open", "stamp-x": "contained"}}"#, ["--stamp-socket", "x"], true),
                    (#"{"rules": {"stamp": "open", "stampx": "contained"}}"#, [], false),
                    (#"{"rules": "contained"}"#, [], false), (#"{"rules": {"stamp": "shut"}}"#, [], false),
                    (#"{"rules": {"stamp": null}}"#, [], false), (#"{"rules": [{"stamp": "open"}]}"#, [], false),
                    (#"{"rules": {"stamp": "open", "stamp": "open"}}"#, [], false),
                ] as [(String, [String], Bool)] {
                    try file.replace(text)
                    let checked = try Refused(all: ["--check-configuration", file.path] + sockets)
                    #expect(checked.code == (isGood ? 0 : 78), "\(text): \(checked.errors)")
                }
            }
        }
    }

    @Test(
        "a stamp socket that was forgotten starts no frame and takes no reload; nor does a set for a socket that is not there"
    )
    func forgotten() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(#"{"rules": {"stamp": "contained"}}"#, in: directory.path)
                let options = [
                    "--socket-directory", directory.path, "--stamp-socket", "agent", "--configuration", file.path,
                ]
                let forgotten = "rules, stamp-agent: every stamp socket must have a rule set"
                let refused = try Refused(all: options)
                #expect(refused.code == 78 && refused.errors.contains(forgotten))
                try file.replace(#"{"rules": {"stamp": "contained", "stamp-agent": "queries"}}"#)
                let manager = try FakeServiceManager(in: directory.path)
                let frame = try FrameProcess(
                    in: directory.path,
                    Array(options.dropFirst(2)),
                    environment: manager.environment()
                )
                defer { frame.end() }
                try manager.wait(for: "STATUS=")
                try frame.startSession()
                let agent = try RawClient(path: "\(directory.path)/stamp-agent.sock")
                for (text, line) in [
                    (#"{"rules": {"stamp": "contained"}}"#, forgotten),
                    (
                        #"{"rules": {"stamp": "contained", "stamp-agent": "open", "stamp-other": "open"}}"#,
                        "rules, stamp-other: this frame has no such socket"
                    ),
                ] {
                    try file.replace(text)
                    try frame.reload(manager)
                    try frame.waitForLog("reload failed: \(file.path): \(line)")
                    #expect(try agent.stamper("Stamp", ["payload": "no JSON"]).summary == refusal("payload.malformed"))
                }
            }
        }
    }

    @Test("each stamp socket of a frame has its own rules, and its file goes with the frame") func sockets()
        async throws
    {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = try ConfigurationFile(
                    #"{"rules": {"stamp": "open", "stamp-a": "queries", "stamp-b": "contained"}}"#,
                    in: directory.path
                )
                let frame = try FrameProcess(
                    in: directory.path,
                    ["--stamp-socket", "a", "--stamp-socket=b", "--configuration", file.path]
                )
                defer { frame.end() }
                try frame.startSession(organizationId: "o")
                func client(_ socket: String) throws -> RawClient {
                    try RawClient(path: "\(directory.path)/\(socket).sock")
                }
                for (socket, query, changes, any) in [
                    ("stamp", true, true, true), ("control", true, true, true), ("stamp-a", true, false, false),
                    ("stamp-b", true, true, false),
                ] {
                    for (payload, isStamped) in [("{}", query), (wallet("w"), changes), ("no JSON", any)] {
                        let reply = try client(socket).stamper("Stamp", ["payload": payload])
                        #expect((reply.error == nil) == isStamped, "\(payload) at \(socket): \(reply.summary)")
                    }
                }
                // Only the control socket tells what the others are held to, and does what only it may do.
                #expect(try client("stamp-a").control("GetRules").error != nil)
                let sets = try client("control").control("GetRules").parameters["ruleSets"] as? [[String: Any]]
                #expect(sets?.map { $0["socket"] as? String } == ["stamp-a", "stamp-b"])
                #expect(sets?.map { $0["denied"] as? Int } == [2, 1])
                var status = stat()
                #expect(stat("\(directory.path)/stamp-a.sock", &status) == 0 && status.st_mode & 0o777 == 0o600)
                #expect(try frame.stop() == .exited(0))
                #expect(directory.names == ["frame.json"])
            }
        }
    }

    @Test("sixteen further stamp sockets each have their rules, and the number of the refused is each one's own")
    func sixteen() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let names = (1...16).map { "s\($0)" }
                let sets = names.map { #""stamp-\#($0)": "queries""# }.joined(separator: ", ")
                let file = try ConfigurationFile(#"{"rules": {"stamp": "open", \#(sets)}}"#, in: directory.path)
                let options = names.flatMap { ["--stamp-socket", $0] } + ["--configuration", file.path]
                let frame = try FrameProcess(in: directory.path, options)
                defer { frame.end() }
                try frame.startSession()
                for (index, name) in names.enumerated() {
                    let client = try RawClient(path: "\(directory.path)/stamp-\(name).sock")
                    #expect(try client.stamper("Stamp", ["payload": "{}"]).error == nil)
                    for _ in 0..<index {
                        let reply = try client.stamper("Stamp", ["payload": wallet("w")])
                        #expect(reply.summary == refusal("rule.none"))
                    }
                }
                let inForce = try frame.controlClient().control("GetRules").parameters["ruleSets"] as? [[String: Any]]
                let denied = inForce?.map { ["\($0["socket"] ?? "")", "\($0["denied"] ?? "")"] }.sorted {
                    $0[0] < $1[0]
                }
                #expect(denied == names.indices.map { ["stamp-\(names[$0])", "\($0)"] }.sorted { $0[0] < $1[0] })
            }
        }
    }

    @Test("a peer that was connected before its group was asked for is known by it after the reload") func groups()
        async throws
    {
        let rule = """
            {"id": "group", "effect": "allow", "who": {"gid": [\(getgid())]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
            """
        try await withConfiguredFrame("{}") { frame, manager, file in
            try frame.startSession()
            let client = try frame.stampClient()
            #expect(try client.stamper("Stamp", ["payload": wallet("w")]).error == nil)
            try file.replace(#"{"rules": {"stamp": {"version": 1, "rules": [\#(rule)]}}}"#)
            try frame.reload(manager)
            for client in [client, try frame.stampClient()] {
                #expect(try client.stamper("Stamp", ["payload": wallet("w")]).error == nil)
            }
            try file.replace(
                #"{"rules": {"stamp": {"version": 1, "rules": [\#(rule.replacing("[\(getgid())]", with: "[4242]"))]}}}"#
            )
            try frame.reload(manager)
            for client in [client, try frame.stampClient()] {
                #expect(try client.stamper("Stamp", ["payload": wallet("w")]).summary == refusal("rule.none"))
            }
        }
    }

    @Test("the first refusal after a start or a reload is a line with the command that explains it") func firstRefusal()
        async throws
    {
        try await withConfiguredFrame(Self.allowing) { frame, manager, file in
            try frame.startSession()
            let client = try frame.stampClient()
            let line = "the rules of stamp refuse a payload of uid \(getuid()), pid \(getpid()): rule.none"
            let command = "why: stampctl rules explain --socket stamp --session default --as uid=\(getuid())"
            for times in 1...2 {
                for _ in 0..<3 { #expect(try client.stamper("Stamp", ["payload": "{}"]).error != nil) }
                try frame.waitForLog(line)
                #expect(frame.log.contains(command))
                try waitUntil("the line once") { frame.log.components(separatedBy: line).count == times + 1 }
                try frame.reload(manager)
            }
            try file.replace(Self.allowing)
        }
    }

    @Test("names are believed of the peers that the configuration lists, after a reload too") func mayName()
        async throws
    {
        let rule = """
            {"id": "agent", "effect": "allow", "who": {"delegate": ["agent"]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
            """
        let rules = #""rules": {"stamp": {"version": 1, "rules": [\#(rule)]}}"#
        func listing(_ uid: uid_t) -> String {
            #"{"authorization": {"stamp": {"mayName": {"uids": [\#(uid)]}}}, \#(rules)}"#
        }
        try await withConfiguredFrame(listing(getuid())) { frame, manager, file in
            try frame.startSession()
            let client = try frame.stampClient()
            let call = ["payload": wallet("w"), "delegate": "agent"]
            #expect(try client.stamper("Stamp", call).error == nil)
            #expect(try client.stamper("Stamp", ["payload": wallet("w")]).summary == refusal("rule.none"))
            try file.replace(listing(getuid() + 1))
            try frame.reload(manager)
            for client in [client, try frame.stampClient()] {
                #expect(try client.stamper("Stamp", call).summary == "Denied fallback=never rule=mayName")
            }
        }
    }
}

@Suite("Whose rate a stamping proxy's calls use up", .timeLimit(.minutes(15)))
struct DelegateRateTests {
    @Test("a delegate's flood on a proxy's connection leaves another delegate's rate alone, on that connection too")
    func flood() async throws {
        let configuration = """
            {"maximumStampsPerSecond": 1, "stampBurstSeconds": 60,
             "authorization": {"stamp": {"mayName": {"uids": [\(getuid())]}}}}
            """
        try await withConfiguredFrame(configuration) { frame, _, _ in
            try frame.startSession()
            let client = try frame.stampClient()
            func ask(_ delegate: String) throws -> String {
                try client.stamper("Stamp", ["payload": "{}", "delegate": delegate]).summary
            }
            let answers = try (0..<200).map { _ in try ask("noisy") }
            #expect(answers.prefix(60).allSatisfy { $0 == "ok" })
            #expect(answers.last?.hasPrefix("RateLimited") == true)
            for _ in 0..<60 { #expect(try ask("quiet") == "ok") }
        }
    }
}

/// An activity of now that makes a wallet.
func wallet(_ name: String) -> String {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    return """
        {"type":"ACTIVITY_TYPE_CREATE_WALLET","timestampMs":"\(now)","organizationId":"o","parameters":{"walletName":"\(name)"}}
        """
}

/// The summary of a payload's refusal that no rule decided.
func refusal(_ reason: String) -> String { "Denied fallback=never reason=\(reason) rule=payload" }
