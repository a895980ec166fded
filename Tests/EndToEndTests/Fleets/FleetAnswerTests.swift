// SPDX-License-Identifier: Apache-2.0
import Fleet
import Foundation
import SSHKeys
import Testing
import TurnkeyClient

@Suite("stampctl fleet, given again, and dry")
struct FleetAnswerTests {
    private func withAsking(_ body: (FleetStage, FleetStage.Asking) async throws -> Void) async throws {
        try await FleetStage.with { fleet in
            try fleet.know("web-1")
            let one = try await fleet.ask("f-1", as: "web-1")
            _ = try fleet.importHosts()
            try await body(fleet, one)
        }
    }

    @Test(
        "an approval says in words why a frame refused, and signs anew, with the same key and with the right one"
    )
    func wrongKey() async throws {
        try await withAsking { fleet, one in
            try fleet.keys.make("other")
            try await fleet.startSession()
            let wrong = try fleet.run(fleet.approval(key: "other"))
            #expect(wrong.status == 0, "\(wrong.errors)")
            try await fleet.report(.refused(reason: "unknownApprover"), of: one)
            let before = try fleet.parcel(of: "f-1")
            let again = try fleet.run(fleet.approval(key: "other"))
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("it knows no approver with this key: give --key"), "\(again.errors)")
            #expect(try fleet.parcel(of: "f-1") != before)
            try await fleet.report(.refused(reason: "unknownApprover"), of: one, at: Date(timeIntervalSinceNow: 5))
            let plan = try fleet.run(fleet.approval(["--select", "*", "--dry-run"]))
            #expect(plan.output.contains(#""step":"signAnew""#), "\(plan.output)")
            #expect(try await !fleet.canStart(one))
            // No session lives: the frame's key is registered already.
            let right = try fleet.run(fleet.approval())
            #expect(right.status == 0, "\(right.errors)")
            #expect(try FleetStage.outcomes(right.output) == ["f-1": "published"])
            #expect(try await fleet.canStart(one))
            let users = try await fleet.stage.makeRoot(fleet.stage.makeTurnkey()).getUsers()
            #expect(users.flatMap(\.apiKeys).count { $0.publicKey == one.publicKey } == 1)
        }
    }

    @Test("an approval publishes again what the carrier lost, until a receipt says that the session started")
    func lost() async throws {
        try await withAsking { fleet, one in
            #expect(try await fleet.approve().outcomes == ["f-1": "published"])
            let parcel = try fleet.parcel(of: "f-1")
            try FileManager.default.removeItem(atPath: "\(fleet.directory)/answers/f-1/parcel")
            let again = try fleet.run(fleet.approval())
            #expect(again.status == 0, "\(again.errors)")
            #expect(try fleet.parcel(of: "f-1") == parcel)
            try await fleet.report(.started, of: one)
            try FileManager.default.removeItem(atPath: "\(fleet.directory)/answers/f-1/parcel")
            let done = try fleet.run(fleet.approval())
            #expect(done.status == 0 && done.output.contains(#""receipt":"started""#), "\(done.output)")
            #expect(try FleetStage.outcomes(done.output) == ["f-1": "answered"])
            #expect(try fleet.parcel(of: "f-1") == nil)
        }
    }

    @Test("a revocation that is dry asks the API with the session of the login alone, and leaves no file")
    func dryRevocation() async throws {
        try await withAsking { fleet, one in
            let asleep = try fleet.run(["revoke", "--all", "--dry-run"])
            #expect(asleep.status == 3, "\(asleep.errors)")
            #expect(asleep.errors.contains("the API was not asked which keys there are"), "\(asleep.errors)")
            try await fleet.startSession("default")
            let dry = try fleet.run(["revoke", "--all", "--dry-run", "--json"])
            #expect(dry.status == 0, "\(dry.errors)")
            // Its card is on the carrier, and its key is nobody's yet.
            #expect(dry.output == #"{"frame":"f-1","keys":[]}"# + "\n")
            let state = (try? FileManager.default.contentsOfDirectory(atPath: fleet.stage.stateDirectory)) ?? []
            #expect(!state.contains { $0.hasPrefix("fleet-") }, "\(state)")
            #expect(try await fleet.carrier.cards().count == 1)
        }
    }

    @Test("an approval replaces somebody's parcel for the card where --replace is given")
    func blocked() async throws {
        try await withAsking { fleet, one in
            try fleet.keys.make("mallory")
            let theirs = Parcel(
                to: one.envelope.card,
                cardBytes: one.envelope.cardBytes,
                organizationId: "o",
                userId: "u",
                notAfter: DocumentTime(Date(timeIntervalSinceNow: 600))
            )
            let signature = try fleet.keys.sign(theirs.write(), by: "mallory")
            let envelope = try ParcelEnvelope(parcelBytes: theirs.write(), signature: signature)
            try Data(envelope.write()).write(to: URL(filePath: "\(fleet.directory)/answers/f-1/parcel"))
            let blocked = try await fleet.approve()
            #expect(blocked.run.status == 1)
            #expect(blocked.outcomes == ["f-1": "overtaken"])
            #expect(blocked.run.output.contains("--replace replaces that parcel"), "\(blocked.run.output)")
            let replaced = try fleet.run(fleet.approval(["--select", "*", "--replace"]))
            #expect(replaced.status == 0, "\(replaced.errors)")
            #expect(try await fleet.canStart(one))
        }
    }
}
