// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("a frame's key that the API has already")
struct RegisteredKeyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let user: String
        var isNamedAsOurs = true
        var end: DocumentTime? = "2026-11-29T12:59:00Z"
        /// `nil`: it is taken for the frame's own.
        let refusal: KeyTaken?
    }

    @Test(
        "is taken for the frame's own where it is of a user of the map, named as every approver names it, and ends in time",
        arguments: [
            Row(testDescription: "of the user of the map", user: "u-1", refusal: nil),
            Row(
                testDescription: "a minute late by the API's clock",
                user: "u-1",
                end: "2026-11-29T13:01:00Z",
                refusal: nil
            ),
            Row(testDescription: "of a stranger", user: "mallory", refusal: .ofOtherUser(userId: "mallory")),
            Row(testDescription: "of a user of other hosts", user: "u-2", refusal: .ofOtherUser(userId: "u-2")),
            Row(
                testDescription: "of another name",
                user: "u-1",
                isNamedAsOurs: false,
                refusal: .ofOtherName(userId: "u-1")
            ),
            Row(testDescription: "without an end", user: "u-1", end: nil, refusal: .endless(userId: "u-1")),
            Row(
                testDescription: "that ends later than is approved",
                user: "u-1",
                end: "2026-11-29T16:00:00Z",
                refusal: .endsLater(userId: "u-1", end: "2026-11-29T16:00:00Z")
            ),
        ]
    )
    func adopted(_ row: Row) async throws {
        let stage = try await Stage(hosts: 1, users: 2)
        stage.api.state.withLock { $0.users.append(FleetUser(id: "mallory", name: "mallory", keys: [])) }
        let card = try #require(try await stage.applicants().first?.envelope)
        let name = Approval.apiKeyName(fleet: Stage.fleet, frame: "f-1", card: card.hash)
        let key = FleetUser.Key(
            id: "theirs",
            name: row.isNamedAsOurs ? name : "mine",
            publicKey: card.card.publicKey.description,
            isLiving: true,
            end: row.end
        )
        stage.api.add(key, to: row.user)
        let map = try UserMap(
            reading: .init(
                #"{"version":1,"users":[{"userId":"u-1","hosts":["web-*"]},{"userId":"u-2","hosts":["db-*"]}]}"#.utf8
            )
        )
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()), userMap: map)
        let ledger = stage.ledger.ledger.withLock(\.self)
        #expect(stage.api.keys.map(\.id) == ["theirs"], "nothing is registered")
        guard let refusal = row.refusal else {
            #expect(outcomes["f-1"] == .published)
            #expect(ledger.approvals.first?.notAfter == row.end?.description)
            #expect(ledger.approvals.first?.apiKeyId == "theirs")
            #expect(try #require(stage.carrier.parcel(of: "f-1")).parcel.notAfter <= "2026-11-29T13:00:00Z")
            return
        }
        #expect(outcomes["f-1"] == .keyTaken(refusal))
        #expect(stage.carrier.parcel(of: "f-1") == nil)
        #expect(ledger.approvals.isEmpty && ledger.pins.isEmpty)
    }

    @Test("of those that an ended run chose users for, no user takes more than five in the next")
    func chosen() async throws {
        let stage = try await Stage(hosts: 5, users: 2)
        _ = try? await stage.run(stage.plan(try await stage.applicants()), killing: Killing(at: 2, behind: true))
        #expect(stage.ledger.ledger.withLock { $0.approvals.map(\.state) } == Array(repeating: .chosen, count: 5))
        for index in 6...8 { try await stage.ask(frame: "f-\(index)", host: "web-\(index)") }
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
        #expect(outcomes.values.allSatisfy { $0 == .published })
        #expect(stage.api.state.withLock(\.users).map(\.keys.count) == [5, 3])
    }
}
