// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import SSHKeys
import Testing

@testable import Fleet

@Suite("evidence, by the machine's ssh-keygen")
struct EvidenceTests {
    @Test("of the cards that a carrier has, those are verified that their own host's key vouches for")
    func results() async throws {
        let keys = try SSHKeys()
        defer { keys.remove() }
        for name in ["web-1", "web-2", "stranger"] { try keys.make(name) }
        try keys.make("web-3", type: "ecdsa")
        let signers = AllowedSigners(
            try ["web-1", "web-2", "web-3"].map { "\($0) \(try keys.publicKey($0))\n" }.joined()
        )
        let card1 = Array(Sample.card(frame: "a", host: "web-1").utf8)
        let other = Array(Sample.card(frame: "a", host: "web-1", notAfter: "2026-12-30T00:00:00Z").utf8)
        let rows: [(name: String, document: CarriedDocument, isExpected: (EvidenceResult) -> Bool)] = [
            (
                "vouched for", try carry("a", card1, keys.sign(card1, by: "web-1")),
                { $0 == .verified(HostName("web-1")) }
            ),
            (
                "by an ECDSA key",
                try carry("b", Sample.card(frame: "b", host: "web-3"), by: "web-3", keys),
                { $0 == .verified(HostName("web-3")) }
            ),
            ("without evidence", try carry("a", card1, nil), { $0 == .withoutEvidence }),
            (
                "of another host's key", try carry("a", card1, keys.sign(card1, by: "web-2")),
                { $0 == .otherHost(keyOf: [HostName("web-2")]) }
            ),
            (
                "of a stranger's key", try carry("a", card1, keys.sign(card1, by: "stranger")),
                { if case .unknownKey(let text) = $0 { text.hasPrefix("SHA256:") } else { false } }
            ),
            ("over another card", try carry("a", card1, keys.sign(other, by: "web-1")), { $0 == .forged }),
            (
                "for another use", try carry("a", card1, keys.sign(card1, by: "web-1", namespace: "file")),
                { $0 == .forged }
            ),
            ("that is none", try carry("a", card1, Sample.armor), { $0 == .forged }),
            (
                "in another frame's place", try carry("c", card1, keys.sign(card1, by: "web-1")),
                { if case .notACard = $0 { true } else { false } }
            ),
            (
                "of another fleet",
                try carry(
                    "a",
                    Sample.card(frame: "a", host: "web-1").replacing("\"web\"", with: "\"db\""),
                    by: "web-1",
                    keys
                ), { if case .notACard = $0 { true } else { false } }
            ),
            (
                "that is no envelope", CarriedDocument(frame: FrameID("a"), bytes: Array("{}".utf8), version: "1"),
                { if case .notACard = $0 { true } else { false } }
            ),
        ]
        let check = EvidenceCheck(fleet: FleetName("web"), signers: signers)
        let applicants = try await check.examine(rows.map(\.document))
        #expect(applicants.count == rows.count)
        for (row, applicant) in zip(rows, applicants) {
            #expect(row.isExpected(applicant.evidence), "\(row.name): \(applicant.evidence)")
            #expect((applicant.evidence.complaint == nil) == (applicant.host != nil))
        }
    }

    @Test("each byte of a signature counts")
    func changed() async throws {
        let keys = try SSHKeys()
        defer { keys.remove() }
        try keys.make("web-1")
        let card = Array(Sample.card(frame: "a", host: "web-1").utf8)
        let lines = try keys.sign(card, by: "web-1").split(separator: "\n").map(String.init)
        let blob = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        let documents = try blob.indices.map { index in
            var changed = blob
            changed[index] ^= 0x01
            let armor = "\(lines[0])\n\(changed.base64EncodedString())\n\(lines[lines.count - 1])\n"
            return try carry("a", card, armor)
        }
        let check = EvidenceCheck(
            fleet: FleetName("web"),
            signers: AllowedSigners("web-1 \(try keys.publicKey("web-1"))")
        )
        for applicant in try await check.examine(documents) { #expect(applicant.host == nil) }
    }

    @Test("a key whose time is over verifies nothing, as ssh-keygen has it")
    func expiredSigner() async throws {
        let keys = try SSHKeys()
        defer { keys.remove() }
        try keys.make("web-1")
        let signers = AllowedSigners("web-1 valid-before=\"20200101\" \(try keys.publicKey("web-1"))")
        #expect(!signers.isEmpty)
        let document = try carry("a", Sample.card(frame: "a", host: "web-1"), by: "web-1", keys)
        let applicants = try await EvidenceCheck(fleet: FleetName("web"), signers: signers).examine([document])
        #expect(applicants.map(\.evidence) == [.forged])
    }

    @Test("where ssh-keygen cannot be run, nobody is verified, and nobody is called a forger")
    func noProgram() async throws {
        let keys = try SSHKeys()
        defer { keys.remove() }
        try keys.make("web-1")
        let document = try carry("a", Sample.card(frame: "a", host: "web-1"), by: "web-1", keys)
        let signers = AllowedSigners("web-1 \(try keys.publicKey("web-1"))")
        let check = EvidenceCheck(
            fleet: FleetName("web"),
            signers: signers,
            keygen: SSHKeygen(program: "/nonexistent/ssh-keygen")
        )
        await #expect(throws: SSHKeygen.Fault.self) { try await check.examine([document]) }
    }

    @Test("a program that does not end is killed at its deadline, and where the task is cancelled")
    func hanging() async throws {
        await #expect(throws: ChildRun.Fault.tooLate) {
            try await ChildRun.run(["sleep", "600"], .quiet(inputPath: "/dev/null"), deadline: .milliseconds(100))
        }
        let task = Task { () throws(ChildRun.Fault) in
            try await ChildRun.run(["sleep", "600"], .quiet(inputPath: "/dev/null"), deadline: .seconds(300))
        }
        task.cancel()
        await #expect(throws: ChildRun.Fault.cancelled) { try await task.value }
    }

    @Test("several parcels are signed in one run, each over its own bytes, and verify")
    func signing() async throws {
        let keys = try SSHKeys()
        defer { keys.remove() }
        let path = try keys.make("me")
        let signer = SSHParcelSigner(keyPath: path)
        #expect(try signer.findPublicKey().map { "\($0.type) \($0.base64)" } == keys.publicKey("me"))
        let messages = (0..<3).map { Array("parcel \($0)".utf8) }
        let signatures = try await signer.sign(messages)
        #expect(signatures.count == 3)
        #expect(Set(signatures).count == 3)
        #expect(signatures.allSatisfy { SSHSignatureBlob(armored: $0)?.namespace == SSHParcelSigner.namespace })
        await #expect(throws: SSHKeygen.Fault.self) {
            try await SSHParcelSigner(keyPath: "\(keys.directory)/nobody").sign(messages)
        }
    }

    private func carry(_ frame: String, _ card: [UInt8], _ evidence: String?) throws -> CarriedDocument {
        let envelope = try CardEnvelope(cardBytes: card, evidence: evidence)
        return CarriedDocument(frame: try #require(FrameID(frame)), bytes: envelope.write(), version: "1")
    }

    private func carry(_ frame: String, _ card: String, by name: String, _ keys: SSHKeys) throws -> CarriedDocument {
        try carry(frame, Array(card.utf8), keys.sign(Array(card.utf8), by: name))
    }
}
