// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Fleet
import Foundation
import Testing

/// Each process killed in the middle of each step, and started again; but for the evidence helper, which needs a unit around
/// it: LabEvidenceTests kills that.
@Suite("kill -9", .serialized, .timeLimit(.minutes(15)), .etcd)
struct CourierKillTests {
    /// When.
    enum Moment: String, CaseIterable, Sendable {
        case cardPublished
        case parcelPublished
        case sessionStarted
    }

    struct Death: Sendable, CustomTestStringConvertible {
        let victim: CourierStage.Victim
        let moment: Moment

        var testDescription: String { "\(victim) when \(moment)" }

        static let all = CourierStage.Victim.allCases.flatMap { victim in
            Moment.allCases.map { Death(victim: victim, moment: $0) }
        }
    }

    @Test("of courier, frame and etcd: no card has two sessions, and what is left is finished", arguments: Death.all)
    func kills(death: Death) async throws {
        try await CourierStage.with(["f1"]) { stage in
            let frame = stage.frames[0]
            var (document, card) = try await stage.card(of: "f1")
            if death.moment == .cardPublished {
                try kill(death.victim, stage)
                // A frame that keeps nothing has another key, and asks with it.
                (document, card) = try await stage.card(of: "f1", otherThan: death.victim == .frame ? card.hash : nil)
            }
            let parcel = try stage.makeParcel(card).write()
            #expect(try await stage.approver.publishParcel(parcel, answering: document))
            if death.moment == .parcelPublished { try kill(death.victim, stage) }
            let receipt = try await stage.receipt(of: "f1", for: card.hash)
            if death.moment == .sessionStarted { try kill(death.victim, stage) }
            if death.victim == .frame, death.moment != .cardPublished {
                // Its session went with it: the parcel is for a key that nobody has any more.
                let again = try await stage.approveUntilTaken("f1", otherThan: card.hash)
                #expect(try frame.session() == again.card.publicKey.description)
                try expectOneSession(of: again, frame)
                return
            }
            #expect(receipt.outcome == .started)
            #expect(try frame.session() == card.card.publicKey.description)
            try expectOneSession(of: card, frame)
            // It goes on: with the next card.
            let next = try await stage.approve("f1", otherThan: card.hash)
            #expect(try frame.session() == next.card.publicKey.description)
            try expectOneSession(of: card, frame)
        }
    }

    private func kill(_ victim: CourierStage.Victim, _ stage: CourierStage) throws {
        guard victim == .etcd else {
            try stage.frames[0].kill(victim)
            return try stage.frames[0].start(victim)
        }
        stage.etcd.kill()
        try stage.etcd.start()
    }

    private func expectOneSession(of card: CardEnvelope, _ carried: CourierStage.Carried) throws {
        let started = carried.frame.log.split(separator: "\n").filter {
            $0.contains("session default started") && $0.contains(card.card.publicKey.description.prefix(16))
        }
        #expect(started.count == 1, "\(carried.frame.log)")
    }
}
