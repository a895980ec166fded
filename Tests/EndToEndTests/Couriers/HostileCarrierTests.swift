// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Fleet
import Foundation
import StampClient
import Testing
import TurnkeyClient

/// Who may write to the carrier, or is the carrier, against frames and couriers that are real.
@Suite("a hostile carrier", .serialized, .timeLimit(.minutes(15)), .etcd)
struct HostileCarrierTests {
    /// A parcel that nobody should take: what it is made of, and what the frame says to it.
    struct Forged: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let make: @Sendable (CourierStage, CardEnvelope, CardEnvelope) throws -> [UInt8]

        init(
            _ name: String,
            _ reason: String,
            _ make: @escaping @Sendable (CourierStage, CardEnvelope, CardEnvelope) throws -> [UInt8]
        ) {
            (testDescription, self.reason, self.make) = (name, reason, make)
        }
    }

    private static let forged: [Forged] = [
        Forged("signed by a stranger", "unknownApprover") { stage, card, _ in
            try stage.makeParcel(card, by: "stranger").write()
        },
        Forged("signed for another purpose", "signature") { stage, card, _ in
            try stage.makeParcel(card, namespace: "stampd-card@stampd.io").write()
        },
        Forged("changed behind its signature", "signature") { stage, card, _ in
            let good = try stage.makeParcel(card)
            let text = String(decoding: good.parcelBytes, as: UTF8.self).replacing("0000000002", with: "0000000003")
            return try ParcelEnvelope(parcelBytes: Array(text.utf8), signature: good.signature).write()
        },
        Forged("another frame's", "notForThisFrame") { stage, _, other in try stage.makeParcel(other).write() },
        Forged("too late", "tooLate") { stage, card, _ in try stage.makeParcel(card, seconds: -5).write() },
        Forged("no parcel", "malformed") { _, _, _ in Array("{\"parcel\":\"e30\"}".utf8) },
        Forged("longer than any", "malformed") { _, _, _ in [UInt8](repeating: UInt8(ascii: "a"), count: 100_000) },
    ]

    @Test("starts nothing by what it changes, forges, mixes up or garbles, and the approver's parcel is taken")
    func forgeries() async throws {
        try await CourierStage.with(["f1", "f2"]) { stage in
            let (document, card) = try await stage.card(of: "f1")
            let other = try await stage.card(of: "f2").envelope
            let genuine = try stage.makeParcel(card).write()
            for row in Self.forged {
                let parcel = try row.make(stage, card, other)
                try stage.putParcel(parcel, for: "f1")
                // A parcel that can be read is answered for the card that it names.
                let named = (try? ParcelEnvelope(reading: parcel))?.parcel.card ?? card.hash
                let receipt = try await stage.receipt(of: "f1", for: named)
                #expect(receipt.outcome == .refused(reason: row.reason), "\(row.testDescription)")
                #expect(try stage.frames[0].session() == nil, "\(row.testDescription)")
                try stage.removeReceipt(of: "f1")
            }
            #expect(try await stage.card(of: "f1").envelope == card, "a refusal changes nothing")
            try stage.putParcel(genuine, for: "f1")
            #expect(try await stage.receipt(of: "f1", for: card.hash).outcome == .started)
            #expect(try stage.frames[0].session() == card.card.publicKey.description)
            #expect(try stage.frames[1].session() == nil)
            _ = document
        }
    }

    @Test("starts no second session by a parcel that it replays, or hands out behind a later one")
    func replay() async throws {
        try await CourierStage.with(["f1"]) { stage in
            let frame = stage.frames[0]
            let first = try await stage.card(of: "f1")
            let parcel = try stage.makeParcel(first.envelope).write()
            #expect(try await stage.approver.publishParcel(parcel, answering: first.document))
            #expect(try await stage.receipt(of: "f1", for: first.envelope.hash).outcome == .started)
            let second = try await stage.approve("f1", otherThan: first.envelope.hash)
            #expect(try frame.session() == second.card.publicKey.description)
            try stage.putParcel(parcel, for: "f1")
            let third = try await stage.approve("f1", otherThan: second.hash)
            #expect(try frame.session() == third.card.publicKey.description)
            let started = frame.frame.log.matches(of: /session default started/).count
            #expect(started == 3, "one for each card")
        }
    }

    @Test("starts nothing where it shows the approver a card of before: the frame wants its own card answered")
    func fork() async throws {
        try await CourierStage.with(["f1"]) { stage in
            let old = try await stage.card(of: "f1")
            try stage.frames[0].kill(.frame)
            try stage.frames[0].start(.frame)
            let new = try await stage.card(of: "f1", otherThan: old.envelope.hash)
            try stage.putParcel(try stage.makeParcel(old.envelope).write(), for: "f1")
            #expect(
                try await stage.receipt(of: "f1", for: old.envelope.hash).outcome == .refused(reason: "otherCard")
            )
            #expect(try stage.frames[0].session() == nil)
            #expect(try await stage.approve("f1") == new.envelope)
        }
    }

    @Test("withholds, and no more: what it held back is taken when it comes")
    func withholding() async throws {
        try await CourierStage.with(["f1"]) { stage in
            let (document, card) = try await stage.card(of: "f1")
            stage.wire.cut()
            #expect(try await stage.approver.publishParcel(stage.makeParcel(card).write(), answering: document))
            #expect(try stage.frames[0].session() == nil)
            stage.wire.mend()
            #expect(try await stage.receipt(of: "f1", for: card.hash).outcome == .started)
            #expect(stage.frames[0].courier.errors.text.contains("the carrier cannot be reached"))
        }
    }

    @Test("sees no private key: not on its disk, not in its memory, not on the way", .seesIntoFrames)
    func canaries() async throws {
        try await CourierStage.with(["f1", "f2"]) { stage in
            var forms: [KeyForm] = []
            for frame in stage.frames {
                // The key that waits, and the next one, with the session of the first under way.
                let first = try await stage.card(of: frame.name).envelope.card.publicKey.description
                forms += try Self.findForms(of: first, in: frame.frame)
                let approved = try await stage.approve(frame.name)
                let next = try await stage.card(of: frame.name, otherThan: approved.hash).envelope
                forms += try Self.findForms(of: next.card.publicKey.description, in: frame.frame)
            }
            #expect(!forms.isEmpty)
            let etcd = try #require(stage.etcd.processId)
            #expect(try FrameMemory(pid: etcd).search(for: forms) == [], "in its memory")
            for frame in stage.frames {
                #expect(try FrameMemory(pid: frame.courier.pid).search(for: forms) == [], "in a courier's memory")
            }
            let traffic = stage.wire.passed
            #expect(traffic.range(of: Data("/v3/kv/txn".utf8)) != nil, "the search sees the traffic")
            stage.etcd.kill()
            var places: [(String, Data)] = [("on the way", traffic)]
            for file in try FileManager.default.subpathsOfDirectory(atPath: stage.etcd.directory) {
                if let bytes = FileManager.default.contents(atPath: "\(stage.etcd.directory)/\(file)") {
                    places.append((file, bytes))
                }
            }
            #expect(places.contains { $0.1.range(of: Data("/stampd/web/cards/f1".utf8)) != nil })
            for (place, bytes) in places {
                for form in forms { #expect(!form.lies(in: bytes), "\(form.name) in \(place)") }
            }
        }
    }

    /// The scalar of a public key, found in the frame's own memory, in every form that somebody might keep it in.
    private static func findForms(of publicKey: String, in frame: FrameProcess) throws -> [KeyForm] {
        let scalar = try #require(try FrameMemory(pid: frame.pid).findScalar(of: publicKey))
        return KeyForm.all(of: scalar)
    }
}
