// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "rules on who is served",
    .serialized,
    .timeLimit(.minutes(15)),
    .otherUsers
)
struct AuthorizationRuleTests {
    /// Runs `body` with a frame whose sockets anybody may open, `stamp-ci` among them, under these rules.
    private static func withRules(
        _ rules: String,
        kernel: PeerKernel = .this,
        _ body: (FrameProcess, FakeJournal, ConfigurationFile) throws -> Void
    ) async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let file = try ConfigurationFile(#"{"authorization": \#(rules)}"#, in: own.path)
                let journal = try FakeJournal(path: own.path(of: "journal"))
                try TemporaryDirectory.with(mode: 0o711) { directory in
                    let ci = try PassedListener("stamp-ci", path: directory.path(of: "stamp-ci.sock"))
                    let frame = try FrameProcess(
                        in: directory.path,
                        passing: PassedListener.pair(in: directory.path) + [ci],
                        ["--configuration", file.path, "--journal-socket", journal.path],
                        launcher: kernel.launcher
                    )
                    defer { frame.end() }
                    for path in [frame.stampPath, frame.controlPath, ciPath(frame)] { chmod(path, 0o666) }
                    try body(frame, journal, file)
                }
            }
        }
    }

    private static func ciPath(_ frame: FrameProcess) -> String { "\(frame.directory)/stamp-ci.sock" }

    private static func user(_ uid: Int, gid: Int = 2, groups: [Int] = []) -> [String] {
        let list = groups.map(String.init).joined(separator: ",")
        return ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", list.isEmpty ? "--clear-groups" : "--groups=\(list)"]
    }

    /// What a GetStatus at the stamp socket is answered, and what the audit calls the rule behind it.
    private static func expect(
        _ rule: String?,
        as launcher: [String],
        _ frame: FrameProcess,
        _ journal: FakeJournal,
        _ comment: Comment? = nil
    ) throws {
        let answer = rule == nil ? "ok" : "Denied peer end"
        #expect(try PeerTests.ask([frame.stampPath], as: launcher) == [answer], comment)
        if let rule { #expect(try journal.read("refusal")["STAMPD_RULE"] == "Denied.\(rule)", comment) }
    }

    @Test("a list of users lets these in, and root", arguments: [PeerKernel.this, .withoutPeerProcess])
    func users(_ kernel: PeerKernel) async throws {
        try await Self.withRules(#"{"stamp": {"uids": [2, 4]}}"#, kernel: kernel) { frame, journal, _ in
            try Self.expect(nil, as: Self.user(4), frame, journal)
            try Self.expect("uid", as: Self.user(3, gid: 4, groups: [2]), frame, journal)
            try Self.expect(nil, as: [], frame, journal)
            let others = [frame.controlPath, Self.ciPath(frame)]
            #expect(try PeerTests.ask(others, as: Self.user(3)) == ["ok", "ok"], "these sockets have no rule")
        }
    }

    @Test(
        "a list of groups lets in who is in one, by whichever of theirs, and root",
        arguments: [PeerKernel.this, .withoutPeerProcess]
    )
    func groups(_ kernel: PeerKernel) async throws {
        try await Self.withRules(#"{"stamp": {"gids": [2001, 2002]}}"#, kernel: kernel) { frame, journal, _ in
            try Self.expect(nil, as: Self.user(3, gid: 2002), frame, journal)
            try Self.expect(nil, as: Self.user(3, groups: [7, 2001]), frame, journal)
            try Self.expect(nil, as: Self.user(3, groups: Array(3000..<3200) + [2002]), frame, journal, "many groups")
            try Self.expect("gid", as: Self.user(2001, groups: [2000]), frame, journal)
            try Self.expect("gid", as: Self.user(3, groups: Array(3000..<3200)), frame, journal, "many others")
            try Self.expect(nil, as: [], frame, journal)
        }
    }

    @Test("each socket has its own rules")
    func sockets() async throws {
        let rules = #"{"stamp": {"uids": [2]}, "stamp-ci": {"uids": [3]}, "control": {"uids": [4]}}"#
        try await Self.withRules(rules) { frame, _, _ in
            let paths = [frame.stampPath, Self.ciPath(frame), frame.controlPath]
            for uid in 2...4 {
                let answers = (2...4).map { $0 == uid ? "ok" : "Denied peer end" }
                let asked = try PeerTests.ask(paths, as: Self.user(uid))
                #expect(asked == answers)
            }
        }
    }

    @Test("sockets that the frame bound itself serve no more than their own user and root, whatever a rule lists")
    func boundSockets() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let rules = #"{"authorization": {"stamp": {"uids": [2]}, "control": {"units": ["none.service"]}}}"#
                let file = try ConfigurationFile(rules, in: own.path)
                try TemporaryDirectory.with(mode: 0o711) { directory in
                    let frame = try FrameProcess(in: directory.path, ["--configuration", file.path])
                    defer { frame.end() }
                    chmod(frame.stampPath, 0o666)
                    #expect(try PeerTests.ask([frame.stampPath], as: Self.user(2)) == ["Denied peer end"])
                    let answers = try PeerTests.ask([frame.stampPath, frame.controlPath], as: [])
                    #expect(answers == ["ok", "Denied peer end"])
                }
            }
        }
    }

    @Test(
        "a list of units lets in who is in one, of whichever user, and binds root",
        .controlGroups
    )
    func units() async throws {
        let rules = #"{"stamp": {"units": ["stampd-test-a.service", "x@.service", "user@7.service/app.service"]}}"#
        try await Self.withRules(rules) { frame, journal, _ in
            let rows = [
                ("stampd-test-a.service", nil), ("stampd-test.slice/x@1.service/below", nil),
                ("stampd-test.slice/user@7.service/app.slice/app.service", nil), ("stampd-test-b.service", "unit"),
                ("stampd-test.slice/user@7.service/app.slice/other.service", "unit"),
                ("stampd-test.slice/user@8.service/stampd-test-a.service", "unit"), ("stampd-test-none", "unit"),
            ]
            for (path, rule) in rows {
                let group = try ControlGroup(path)
                try Self.expect(rule, as: group.launcher + Self.user(3), frame, journal, "\(path)")
                try Self.expect(rule, as: group.launcher, frame, journal, "root in \(path)")
            }
        }
    }

    @Test(
        "where the kernel does not give a peer's process, a list of units lets in nobody, and the others hold",
        .controlGroups,
        arguments: [PeerKernel.withoutPeerProcess, .withoutAnyProcess]
    )
    func unitsUntold(_ kernel: PeerKernel) async throws {
        let rules = #"{"stamp": {"units": ["stampd-test-a.service"]}, "control": {"uids": [3], "gids": [2]}}"#
        try await Self.withRules(rules, kernel: kernel) { frame, journal, _ in
            let group = try ControlGroup("stampd-test-a.service")
            try Self.expect("unit", as: group.launcher, frame, journal)
            try Self.expect("unit", as: group.launcher + Self.user(3), frame, journal)
            #expect(try PeerTests.ask([frame.controlPath], as: Self.user(3)) == ["ok"])
            #expect(try PeerTests.ask([frame.controlPath], as: Self.user(4)) == ["Denied peer end"])
        }
    }

    @Test("a reload ends the connections of whom the new rules do not serve, and of nobody else")
    func reload() async throws {
        try await Self.withRules("{}") { frame, journal, file in
            let (silent, watcher) = (try frame.stampClient(), try frame.watcher())
            try silent.stamper("GetStatus")
            let control = try frame.controlClient()
            try control.stamper("GetStatus")
            // This process is in no unit of that name.
            try file.replace(#"{"authorization": {"stamp": {"units": ["stampd-test-none.service"]}}}"#)
            frame.process.send(SIGHUP)
            #expect(try silent.read() == nil)
            #expect(try watcher.read() == nil)
            for _ in 0..<2 { #expect(try journal.read("refusal")["STAMPD_RULE"] == "Denied.unit") }
            try frame.waitForLog("reloaded: authorization")
            #expect(try control.control("Lock").summary == "ok")
            #expect(try frame.stampClient().stamper("GetStatus").summary == "Denied fallback=never rule=peer")
            try file.replace("{}")
            frame.process.send(SIGHUP)
            _ = try frame.waitUntilServing()
            #expect(try control.control("Unlock").summary == "ok")
        }
    }

    @Test("a call that waits while a reload ends its connection has one reply: its own, or Denied")
    func reloadWhileWaiting() async throws {
        try await Self.withRules("{}") { frame, _, file in
            let clients = try (0..<20).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            try file.replace(#"{"authorization": {"stamp": {"units": ["stampd-test-none.service"]}}}"#)
            frame.process.send(SIGSTOP)
            for client in clients { try client.write(makeCall("io.stampd.Stamper.GetStatus")) }
            frame.process.send(SIGHUP)
            frame.process.send(SIGCONT)
            for client in clients {
                let replies = try client.readToEnd().map(\.summary)
                #expect(replies == ["ok"] || replies == ["Denied fallback=never rule=peer"])
            }
        }
    }

    @Test("a reload of wrong rules changes nothing, and says where the fault is")
    func wrongReload() async throws {
        try await Self.withRules(#"{"stamp": {"uids": [2]}}"#) { frame, _, file in
            try file.replace("{\"authorization\":\n {\"stamp\": {\"uids\": []}}}")
            frame.process.send(SIGHUP)
            try frame.waitForLog("line 2: authorization: an empty list, which would exclude every peer, at byte 31")
            #expect(try PeerTests.ask([frame.stampPath], as: Self.user(2)) == ["ok"])
            #expect(try PeerTests.ask([frame.stampPath], as: Self.user(3)) == ["Denied peer end"])
        }
    }
}
