// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import SSHKeys
import StampClient
import Testing
import TurnkeyClient

@Suite("stampctl fleet, with real ssh-keygen, a real frame and the sandbox")
struct FleetApprovalTests {
    @Test(
        "who asks is listed by verified hosts, approved at once, and can start; again it changes nothing; revoked it is over"
    )
    func life() async throws {
        try await FleetStage.with { fleet in
            var asking: [FleetStage.Asking] = []
            for index in 1...7 {
                try fleet.know("web-\(index)")
                asking.append(try await fleet.ask("f-\(index)", as: "web-\(index)"))
            }
            let imported = try fleet.importHosts()
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.output.contains("hosts     7"), "\(imported.output)")
            let list = try fleet.run(["list", "--allowed-signers", fleet.signersPath])
            #expect(list.status == 0, "\(list.errors)")
            for one in asking {
                #expect(list.output.contains("\(one.host)  \(one.frame)"), "\(list.output)")
                #expect(list.output.contains(one.fingerprint))
            }
            #expect(!list.output.contains("claimed"))

            let dry = try fleet.run(fleet.approval() + ["--dry-run"])
            #expect(dry.status == 0, "\(dry.errors)")
            #expect(dry.output.split(separator: "\n").count == 7)
            for one in asking { #expect(try fleet.parcel(of: one.frame) == nil) }
            // It changes nothing on the disk, not even for its lock.
            let state = (try? FileManager.default.contentsOfDirectory(atPath: fleet.stage.stateDirectory)) ?? []
            #expect(!state.contains { $0.hasPrefix("fleet-") }, "\(state)")

            let approved = try await fleet.approve(["--select", "web-*", "--for", "1h"])
            #expect(approved.run.status == 0, "\(approved.run.errors)")
            #expect(Set(approved.outcomes.values) == ["published"])
            #expect(approved.outcomes.count == 7)
            for one in asking { #expect(try await fleet.canStart(one)) }
            // What was approved was shown, and the session that minted is over.
            for one in asking { #expect(approved.run.errors.contains(one.fingerprint), "\(approved.run.errors)") }
            await #expect(throws: StampError.self) { try await fleet.stage.control.getSession("fleet-minting") }

            let waiting = try fleet.run(fleet.approval(wait: 1))
            #expect(waiting.status == 4, "\(waiting.errors)")
            #expect(try Set(FleetStage.outcomes(waiting.output).values) == ["published"])
            #expect(waiting.output.contains(#""waitedSeconds":1"#), "\(waiting.output)")
            for one in asking { try await fleet.report(.started, of: one) }
            let again = try fleet.run(fleet.approval())
            #expect(again.status == 0, "\(again.errors)")
            #expect(try Set(FleetStage.outcomes(again.output).values) == ["answered"])

            try await fleet.startSession("default")
            let status = try fleet.run(["status", "--json"])
            #expect(status.status == 0, "\(status.errors)")
            let lines = status.output.split(separator: "\n")
            #expect(lines.count == 7)
            #expect(
                lines.allSatisfy { $0.contains(#""state":"started""#) && $0.contains(#""key":"living""#) },
                "\(lines)"
            )

            try await fleet.startSession("fleet-revoking")
            let revoked = try fleet.run(["revoke", "--select", "web-[12]", "--yes"])
            #expect(revoked.status == 64)
            let two = try fleet.run(["revoke", "--select", "web-1", "--frame", "f-2", "--yes", "--json"])
            #expect(two.status == 0, "\(two.errors)")
            for (index, one) in asking.enumerated() {
                #expect((try await fleet.whoami(one) == nil) == (index < 2))
                #expect((try fleet.parcel(of: one.frame) == nil) == (index < 2))
            }
            let left = try fleet.run(["revoke", "--all", "--dry-run"])
            #expect(left.status == 0, "\(left.errors)")
            #expect(left.output.contains("5 keys of 5 frames would be deleted"), "\(left.output)")
            for one in asking.dropFirst(2) {
                #expect(left.output.contains("\(one.host)  \(one.frame)"), "\(left.output)")
            }
            let plans = try fleet.run(["revoke", "--all", "--dry-run", "--json"]).output.split(separator: "\n")
            #expect(plans.count == 5 && plans.allSatisfy { $0.contains(#""keys":[{"apiKeyId":""#) }, "\(plans)")
            for one in asking.dropFirst(2) { #expect(try await fleet.whoami(one) != nil) }
            try await fleet.startSession("fleet-revoking")
            let all = try fleet.run(["revoke", "--all", "--yes"])
            #expect(all.output.contains("5 keys of 5 frames were deleted"), "\(all.output)\(all.errors)")
            for one in asking {
                #expect(try await fleet.whoami(one) == nil)
                #expect(try fleet.parcel(of: one.frame) == nil)
            }
            #expect(try await fleet.carrier.cards().isEmpty)
            try await fleet.startSession("fleet-revoking")
            #expect(try fleet.run(["revoke", "--all", "--yes"]).output.contains("0 keys of 0 frames"))
        }
    }

    @Test(
        "only a card that its own host's key vouches for is selected; every other is listed as a claim, with what is wrong"
    )
    func strangers() async throws {
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            try fleet.know("web-2")
            try fleet.keys.make("stranger")
            let good = try await fleet.ask("f-1", as: "web-1")
            let others = [
                (try await fleet.ask("g-1", as: "web-1", vouching: "web-2"), "is web-2's, not the named host's"),
                (try await fleet.ask("g-2", as: "web-1", vouching: "stranger"), "is no allowed signer's: SHA256:"),
                (try await fleet.ask("g-3", as: "web-1", vouching: ""), "no key vouches for it"),
                (
                    try await fleet.ask("g-4", as: "web-1") { $0.replacing("default", with: "another") },
                    "its evidence does not verify"
                ),
            ]
            // A card of another frame, copied to a place of the attacker's.
            try FileManager.default.copyItem(
                atPath: "\(fleet.directory)/asks/f-1",
                toPath: "\(fleet.directory)/asks/g-5"
            )
            _ = try fleet.importHosts()
            let list = try fleet.run(["list", "--allowed-signers", fleet.signersPath])
            for (one, words) in others {
                let line = list.output.split(separator: "\n").first { $0.contains("  \(one.frame)  ") } ?? ""
                #expect(line.hasPrefix("web-1 (claimed)") && line.contains(words), "\(line)")
            }
            #expect(list.output.contains("it names the frame f-1"), "\(list.output)")
            let approved = try await fleet.approve()
            #expect(approved.outcomes == ["f-1": "published"])
            #expect(try await fleet.canStart(good))
            for (one, _) in others {
                #expect(try fleet.parcel(of: one.frame) == nil)
                #expect(try await fleet.whoami(one) == nil)
            }
        }
    }

    @Test("a frame without evidence is approved alone, by the fingerprint that was seen on it, and not by another")
    func unverified() async throws {
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            _ = try fleet.importHosts()
            let one = try await fleet.ask("f-1", as: "web-9", vouching: "")
            let other = try await fleet.ask("f-2", as: "web-9", vouching: "")
            let wrong = try fleet.run(fleet.approval(["--unverified", "f-1:\(other.fingerprint)"]))
            #expect(wrong.status == 1)
            #expect(wrong.errors.contains("no frame is selected"))
            #expect(try fleet.run(fleet.approval(["--unverified", "f-1"])).status == 64)
            let both = try fleet.run(fleet.approval(["--unverified", "f-1:\(one.fingerprint)", "--select", "*"]))
            #expect(both.status == 64)
            let approved = try await fleet.approve(["--unverified", "f-1:\(one.fingerprint)"])
            #expect(approved.outcomes == ["f-1": "published"], "\(approved.run.errors)")
            #expect(try await fleet.canStart(one))
            #expect(try fleet.parcel(of: other.frame) == nil)
        }
    }

    @Test("a host that asks as another frame is refused in words, beside those that are approved, until --repin")
    func changedFrame() async throws {
        try await FleetStage.with { fleet in
            for index in 1...2 { try fleet.know("web-\(index)") }
            _ = try fleet.importHosts()
            try await fleet.ask("f-1", as: "web-1")
            #expect(try await fleet.approve().outcomes == ["f-1": "published"])
            try FileManager.default.removeItem(atPath: "\(fleet.directory)/asks/f-1")
            let changed = try await fleet.ask("f-9", as: "web-1")
            try await fleet.ask("f-2", as: "web-2")
            let refused = try await fleet.approve()
            #expect(refused.run.status == 1)
            #expect(refused.outcomes == ["f-9": "refused", "f-2": "published"])
            #expect(refused.run.errors.contains("this host was approved as frame f-1"), "\(refused.run.errors)")
            #expect(try fleet.parcel(of: changed.frame) == nil)
            let repinned = try await fleet.approve(["--select", "web-1", "--repin"])
            #expect(repinned.outcomes == ["f-9": "published"], "\(repinned.run.errors)")
        }
    }

    @Test("a card that has ended, a user who is missing and users who are full are told in words")
    func words() async throws {
        try await FleetStage.with(users: 0) { fleet in
            for index in 1...6 {
                try fleet.know("web-\(index)")
                try await fleet.ask("f-\(index)", as: "web-\(index)")
            }
            _ = try fleet.importHosts()
            let nobody = try await fleet.approve()
            #expect(nobody.run.status == 1)
            #expect(Set(nobody.outcomes.values) == ["unassigned"])
            #expect(nobody.run.output.contains("no user takes keys of this host"), "\(nobody.run.output)")

            let user = try await fleet.makeUsers(1, prefix: "one-")[0]
            let map = "\(fleet.stage.frame.directory)/users.json"
            let gone = UUID().uuidString.lowercased()
            try Data(#"{"version":1,"users":[{"userId":"\#(gone)"},{"userId":"\#(user)"}]}"#.utf8)
                .write(to: URL(filePath: map))
            try await fleet.ask("f-7", as: "web-1", endingIn: -10)
            let full = try await fleet.approve(["--select", "*", "--user-map", map])
            #expect(full.run.status == 1)
            #expect(full.run.errors.contains("the user \(gone) of the user map is not in the organization"))
            #expect(full.outcomes.values.count { $0 == "published" } == 5)
            #expect(full.outcomes.values.count { $0 == "unassigned" } == 1)
            #expect(full.run.output.contains("every user who takes keys of this host has 5 frames"))
            #expect(full.outcomes["f-7"] == "refused")
            #expect(full.run.errors.contains("its card has ended"))

            try Data(#"{"version":1,"users":[{"userId":"\#(user)"}]}"#.utf8).write(to: URL(filePath: map))
            for index in 1...6 { try await fleet.ask("f-\(index)", as: "web-\(index)") }
            let many = try fleet.run(fleet.approval(["--select", "*", "--user-map", map, "--renew"]))
            #expect(many.status == 5)
            #expect(many.errors.contains("the user map has 1 users, who take five each"), "\(many.errors)")
        }
    }

    @Test("of two approvers at once each frame has one answer, which it can start by, and the API each key once")
    func twoApprovers() async throws {
        try await FleetStage.with { fleet in
            var asking: [FleetStage.Asking] = []
            for index in 1...8 {
                try fleet.know("web-\(index)")
                asking.append(try await fleet.ask("f-\(index)", as: "web-\(index)"))
            }
            _ = try fleet.importHosts()
            try await fleet.startSession()
            let arguments = fleet.words(fleet.approval())
            let processes = try ["one", "two"].map { name in
                try ChildProcess(
                    [System.program("stampctl")] + arguments,
                    environment: fleet.stage.environment.merging(
                        ["XDG_STATE_HOME": "\(fleet.stage.frame.directory)/\(name)"]
                    ) { $1 }
                )
            }
            defer { for process in processes { process.end() } }
            for process in processes { _ = try process.wait() }
            // Whoever was first ends the session that they share here; the other goes on when it is given again.
            for name in ["one", "two"] {
                try await fleet.startSession()
                _ = try fleet.run(fleet.approval(), ["XDG_STATE_HOME": "\(fleet.stage.frame.directory)/\(name)"])
            }
            for one in asking { #expect(try await fleet.canStart(one), "\(one.frame)") }
            let users = try await fleet.stage.makeRoot(fleet.stage.makeTurnkey()).getUsers()
            let registered = users.flatMap(\.apiKeys).map(\.publicKey)
            for one in asking { #expect(registered.count { $0 == one.publicKey } == 1) }
        }
    }

    @Test("an agent signs for all of them with a key that no file has")
    func agent() async throws {
        try await FleetStage.with { fleet in
            var asking: [FleetStage.Asking] = []
            for index in 1...3 {
                try fleet.know("web-\(index)")
                asking.append(try await fleet.ask("f-\(index)", as: "web-\(index)"))
            }
            _ = try fleet.importHosts()
            try await fleet.startSession()
            let key = "\(fleet.keys.directory)/me"
            let script = #"ssh-add -q "$0" && rm "$0" && exec "$@""#
            let words = fleet.words(fleet.approval()).map { $0 == key ? key + ".pub" : $0 }
            let process = try ChildProcess(
                ["ssh-agent", "sh", "-c", script, key, System.program("stampctl")] + words,
                environment: fleet.stage.environment
            )
            defer { process.end() }
            #expect(try process.wait() == .exited(0), "\(process.errors.text)")
            for one in asking { #expect(try await fleet.canStart(one)) }
        }
    }

    @Test("one approval at a time of one user's; nobody is asked where nobody can be")
    func usage() async throws {
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            let noSigners = try fleet.run(["list", "--allowed-signers", fleet.signersPath])
            #expect(noSigners.status == 64)
            #expect(noSigners.errors.contains("hint: \"stampctl fleet import-known-hosts\" makes it"))
            _ = try fleet.importHosts()
            let empty = try fleet.run(["list", "--allowed-signers", fleet.signersPath])
            #expect(empty.status == 0 && empty.output.isEmpty)
            #expect(empty.errors.contains("no frame asks in the fleet web"))
            try await fleet.ask("f-1", as: "web-1")
            let silent = try fleet.run(fleet.approval().filter { $0 != "--yes" })
            #expect(silent.status == 64)
            #expect(silent.errors.contains("no question can be asked here"))
            try fleet.keys.make("rsa", type: "rsa")
            let rsa = try fleet.run(fleet.approval().map { $0.replacing("/me", with: "/rsa") })
            #expect(rsa.status == 64)
            #expect(rsa.errors.contains("no frame verifies a key of type ssh-rsa"), "\(rsa.errors)")
            #expect(try fleet.parcel(of: "f-1") == nil)
            let other = try fleet.run(
                ["import-known-hosts", "--allowed-signers", fleet.signersPath, fleet.knownHostsPath],
                withCarrier: false
            )
            #expect(other.status == 0)
            try fleet.know("web-2")
            try Data("# mine\n".utf8).write(to: URL(filePath: fleet.signersPath))
            let kept = try fleet.run(
                ["import-known-hosts", "--allowed-signers", fleet.signersPath, fleet.knownHostsPath],
                withCarrier: false
            )
            #expect(kept.status == 5)
            #expect(kept.errors.contains("1 of its lines would be lost"))
        }
    }
}
