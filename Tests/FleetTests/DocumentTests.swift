// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing
import Varlink

@testable import Fleet

@Suite("documents of a fleet")
struct DocumentTests {
    @Test("a card is read as it is written, its members in the page's order")
    func card() throws {
        let text = Sample.card()
        let card = try Card(reading: Array(text.utf8))
        #expect(String(decoding: card.write(), as: UTF8.self) == text)
        #expect(card.host.description == "web-17.example")
        #expect(card.expirationSeconds == 14_400)
        #expect(card.notAfter.secondsSince1970 == 1_798_761_599)
    }

    @Test("white space, escapes and another order are read, and the bytes that came are the bytes that are hashed")
    func otherSpelling() throws {
        let text = Sample.card().replacing("{\"v\":1,", with: "{ ").replacing("web-17", with: "w\\u0065b-17")
            .replacing("}", with: ",\n\"v\":1}")
        let envelope = try CardEnvelope(cardBytes: Array(text.utf8), evidence: nil)
        #expect(envelope.card == (try Card(reading: Array(Sample.card().utf8))))
        let carried = try CardEnvelope(reading: envelope.write())
        #expect(carried == envelope)
        #expect(String(decoding: carried.cardBytes, as: UTF8.self) == text)
        let digest = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
        #expect(carried.hash.description == digest)
    }

    @Test("a card that is not one is refused, and the member is named", arguments: HostileCards.rows)
    func hostileCard(row: HostileRow) {
        let fault = #expect(throws: DocumentFault.self, "\(row.name)") { try Card(reading: Array(row.text)) }
        #expect(fault.map(row.isExpected) == true, "\(row.name): \(String(describing: fault))")
        #expect(fault.map { $0.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } } == true)
    }

    @Test("no proper prefix of a document is one")
    func prefixes() {
        for (name, text, read) in Sample.documents {
            for length in text.utf8.indices {
                let prefix = Array(text.utf8[..<length])
                #expect(throws: DocumentFault.self, "\(name), \(prefix.count) bytes") { try read(prefix) }
            }
        }
    }

    @Test("each member of each document is required, and none may stand twice or be of another type")
    func members() throws {
        for (name, text, read) in Sample.documents {
            try read(Array(text.utf8))
            let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            for member in object.keys {
                for (way, changed) in Sample.spoil(object, member) {
                    #expect(throws: DocumentFault.self, "\(name).\(member): \(way)") { try read(changed) }
                }
            }
        }
    }

    @Test("a parcel answers the card that it was made for, and is read as it is written")
    func parcel() throws {
        let bytes = Array(Sample.card().utf8)
        let end = DocumentTime("2026-12-01T00:00:00Z")
        let parcel = Parcel(
            to: try Card(reading: bytes),
            cardBytes: bytes,
            organizationId: "0191f3a7-0000-7000-8000-000000000001",
            userId: "0191f3a7-0000-7000-8000-000000000002",
            notAfter: end
        )
        #expect(parcel.card == CardHash(of: bytes))
        #expect(try Parcel(reading: parcel.write()) == parcel)
        #expect(
            String(decoding: parcel.write(), as: UTF8.self)
                == #"{"v":1,"fleet":"web","frame":"9f86d081884c7d659a2feaa0c55ad015","card":"\#(parcel.card)","#
                + #""session":"default","publicKey":"\#(Sample.publicKey)","#
                + #""organizationId":"0191f3a7-0000-7000-8000-000000000001","#
                + #""userId":"0191f3a7-0000-7000-8000-000000000002","notAfter":"2026-12-01T00:00:00Z"}"#
        )
        let envelope = try ParcelEnvelope(parcelBytes: parcel.write(), signature: Sample.armor)
        #expect(try ParcelEnvelope(reading: envelope.write()) == envelope)
    }

    @Test("a receipt says started without a reason, or refused with one")
    func receipts() throws {
        let card = CardHash(of: [1])
        let time = DocumentTime("2026-11-29T13:00:00Z")
        for outcome in [Receipt.Outcome.started, .refused(reason: "tooLate")] {
            let receipt = Receipt(
                fleet: FleetName("web"),
                frame: FrameID("a"),
                card: card,
                outcome: outcome,
                time: time
            )
            #expect(try Receipt(reading: receipt.write()) == receipt)
        }
        for (state, reason) in [("started", #""x""#), ("refused", "null"), ("begun", "null"), ("refused", #""a b""#)] {
            let text = Sample.receipt(state: state, reason: reason)
            #expect(throws: DocumentFault.self, "\(state) \(reason)") { try Receipt(reading: Array(text.utf8)) }
        }
    }

    @Test(
        "a time is RFC 3339 in UTC in one spelling",
        arguments: [
            ("2026-11-29T13:00:00Z", true), ("2024-02-29T00:00:00Z", true), ("1970-01-01T00:00:00Z", true),
            ("2026-02-29T00:00:00Z", false), ("2026-11-29T13:00:00+00:00", false), ("2026-11-29T13:00:00.5Z", false),
            ("2026-11-29t13:00:00z", false), ("2026-11-29 13:00:00Z", false), ("2026-11-29T24:00:00Z", false),
            ("2026-11-29T23:59:60Z", false), ("2026-13-01T00:00:00Z", false), ("20261129T130000Z", false),
            ("2026-1-029T13:00:00Z", false), ("+026-11-29T13:00:00Z", false), ("", false),
            ("2026-11-29T13:00:00Z ", false), ("٢٠٢٦-11-29T13:00Z", false),
        ]
    )
    func time(text: String, isTime: Bool) {
        #expect((DocumentTime(text)?.description == text) == isTime)
        if !isTime { #expect(DocumentTime(text) == nil) }
    }

    @Test("a carried signature is lines of ASCII in SSH's armor, of at most 8 KiB")
    func armor() throws {
        let long = Sample.armor.replacing("U1NI", with: String(repeating: "A", count: 9_000))
        let broken = [
            "", "U1NI", Sample.armor + "x", "x" + Sample.armor, Sample.armor.replacing("U1NI", with: "\u{1B}[2J"), long,
            Sample.armor.replacing("U1NI", with: "é"), Sample.armor.replacing("\n", with: "\r\n"),
        ]
        for text in broken {
            #expect(!ArmoredSignature.isOne(text))
            #expect(throws: DocumentFault.self) {
                try CardEnvelope(cardBytes: Array(Sample.card().utf8), evidence: text)
            }
        }
        #expect(ArmoredSignature.isOne(Sample.armor))
        #expect(ArmoredSignature.isOne(String(Sample.armor.dropLast())))
    }

    @Test("base64url is taken in its one spelling")
    func base64() throws {
        let envelope = try CardEnvelope(cardBytes: Array(Sample.card().utf8), evidence: nil)
        let text = String(decoding: envelope.write(), as: UTF8.self)
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        for (name, changed) in [
            ("padded", text.replacing("\",\"evidence", with: "=\",\"evidence")),
            ("standard alphabet", standard == text ? text.replacing("eyJ2", with: "+/J2") : standard),
            ("a line break", text.replacing("eyJ2", with: "eyJ2\\n")),
        ] {
            #expect(throws: DocumentFault.self, "\(name)") { try CardEnvelope(reading: Array(changed.utf8)) }
        }
    }
}
