// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import stampd

extension PeerUnit {
    init?(cgroup text: String) { self.init(cgroup: Array(text.utf8)) }
}

@Suite("a peer's unit, by its control group")
struct PeerUnitTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let path: String
        let names: [String]

        init(_ what: String, _ path: String, _ names: String...) {
            (testDescription, self.path, self.names) = (what, path, names)
        }
    }

    private static let manager = "/user.slice/user-1000.slice/user@1000.service"
    private static let longest = String(repeating: "a", count: 247) + ".service"

    static let told = [
        Row("a service", "/system.slice/app.service", "app.service"),
        Row("the first process", "/init.scope", "init.scope"),
        Row("a service without a slice", "/app.service", "app.service"),
        Row("a service in slices", "/machine.slice/machine-a.slice/app.service", "app.service"),
        Row("an instance", "/system.slice/system-app.slice/app@a-b.service", "app@a-b.service", "app@.service"),
        Row("an instance with an @ of its own", "/app@a@b.service", "app@a@b.service", "app@.service"),
        Row("groups of its own beneath it", "/system.slice/app.service/deep/er.service", "app.service"),
        Row("a session", "/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        Row("a socket's helper", "/system.slice/app.socket", "app.socket"),
        Row("an escaped byte", #"/system.slice/dev-a\x2db.swap"#, #"dev-a\x2db.swap"#),
        Row("systemd's escape of a controller's name", "/system.slice/_cpu.service", "cpu.service"),
        Row("systemd's escape of itself", "/system.slice/__app.service", "_app.service"),
        Row("an escaped slice", "/_memory.slice/app.service", "app.service"),
        Row("the longest name", "/system.slice/\(longest)", longest),
        Row(
            "a user's manager itself",
            "\(manager)/init.scope",
            "user@1000.service/init.scope",
            "user@1000.service",
            "user@.service"
        ),
        Row("a user's manager, its own group", manager, "user@1000.service", "user@.service"),
        Row(
            "a user's unit",
            "\(manager)/app.slice/app.service",
            "user@1000.service/app.service",
            "user@1000.service",
            "user@.service"
        ),
        Row(
            "a user's instance",
            "\(manager)/app.slice/app-x.slice/x@1.service",
            "user@1000.service/x@1.service",
            "user@1000.service/x@.service",
            "user@1000.service",
            "user@.service"
        ),
        Row(
            "a user who imitates the system",
            "\(manager)/system.slice/app.service",
            "user@1000.service/app.service",
            "user@1000.service",
            "user@.service"
        ),
        Row(
            "a user who imitates another's manager",
            "\(manager)/user.slice/user@0.service/app.service",
            "user@1000.service/user@0.service",
            "user@1000.service/user@.service",
            "user@1000.service",
            "user@.service"
        ),
        Row("what a user may make beneath their manager", "\(manager)/nonsense", "user@1000.service", "user@.service"),
        Row("a name that only begins as a manager's", "/user@a.service/app.service", "user@a.service", "user@.service"),
    ]

    @Test("what systemd made tells the unit, and what else it may be called", arguments: told)
    func tells(_ row: Row) throws {
        #expect(try #require(PeerUnit(cgroup: "0::\(row.path)\n")).names == row.names)
        // The unified hierarchy stands behind those of cgroup v1, which are nobody's word.
        let mixed = "4:memory:/system.slice/other.service\n1:name=systemd:/other.service\n0::\(row.path)\n"
        #expect(try #require(PeerUnit(cgroup: mixed)).names == row.names)
        #expect(row.names.allSatisfy(PeerUnit.isRuleName))
        #expect(row.names.allSatisfy { $0.utf8.count <= 512 })
    }

    static let untold = [
        Row("the root", "/"), Row("a slice alone", "/system.slice"), Row("slices alone", "/user.slice/user-1000.slice"),
        Row("no unit's name", "/docker/0123456789abcdef"), Row("no unit's name in a slice", "/system.slice/app"),
        Row("a unit beneath what is none", "/kubepods/app.service"),
        Row("a type without processes", "/system.slice/app.timer"), Row("a type alone", "/system.slice/.service"),
        Row("an instance alone", "/system.slice/@a.service"), Row("a space", "/system.slice/a b.service"),
        Row("a control character", "/system.slice/a\u{7}.service"),
        Row("a letter of no ASCII", "/system.slice/ä.service"),
        Row("more than the longest name", "/system.slice/a\(longest)"),
        Row("outside of this cgroup namespace", "/../app.service"),
        Row("far outside of it", "/../../system.slice/app.service"),
        Row("a group that is gone", "/system.slice/app.service (deleted)"),
        Row("a slice of no name", "/.slice/app.service"),
    ]

    @Test("anything else tells none", arguments: untold)
    func tellsNone(_ row: Row) { #expect(PeerUnit(cgroup: "0::\(row.path)\n") == nil) }

    @Test(
        "a text that is no whole /proc/PID/cgroup, or has no cgroup v2, tells none",
        arguments: [
            "", "\n", "0::", "0::/system.slice/app.service", "0:/system.slice/app.service\n",
            "0::system.slice/app.service\n",
            "1:name=systemd:/system.slice/app.service\n", "10::/system.slice/app.service\n",
        ]
    )
    func noGroups(_ text: String) { #expect(PeerUnit(cgroup: text) == nil) }

    @Test(
        "what no process can be in is no name for a rule",
        arguments: [
            "", "/", "app", "app.timer", ".service", "system.slice", "app.service/", "/app.service",
            "app.service/app.service",
            "user@1000.service/", "user@.service/app.service", "user@1000.service/app.service/x.service", "a b.service",
            "*.service",
        ]
    )
    func noRuleName(_ name: String) { #expect(!PeerUnit.isRuleName(name)) }
}
