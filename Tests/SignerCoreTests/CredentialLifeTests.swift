// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A credential lives in the secure heap alone, and no longer than its session", .searchesMemory)
    struct CredentialLifeTests {
        /// The ways in which a session and the frame's embedded key may end.
        enum End: CaseIterable {
            case reset
            case expiry
            case expiryWhileSigning
            case end
            case rejection
            case replacement
            case frame
        }

        @Test("from the bundle to its end, in whatever way: scalars, shared secret, keys", arguments: End.allCases)
        func life(_ end: End) throws {
            let handover = Handover()
            let thread = try ParkedThread { try Self.live(handover, end, $0) }
            try thread.waitUntilParked()
            let memory = try ProcessMemory()
            let region = try secureRegion()
            let (scalars, rest) = (handover.needles.prefix(2), handover.needles.dropFirst(2))
            #expect(rest.count == 3)
            let alive = try memory.search(for: scalars.flatMap(\.fragments))
            let whole = try memory.search(for: scalars.flatMap(\.orders))
            #expect(alive.allSatisfy { region.range.contains($0.address) }, "\(alive)")
            // Each once as we keep it, and once as libcrypto does.
            let expected = ["credential", "credential, little-endian", "embedded key", "embedded key, little-endian"]
            #expect(whole.map(\.needle).sorted() == expected)
            let derived = try memory.search(for: rest.flatMap(\.fragments))
            #expect(derived.isEmpty, "\(derived)")
            thread.goOn()
            try thread.waitUntilParked()
            let ended = try memory.search(for: handover.needles.flatMap(\.fragments))
            let left = ended.filter { !Self.staysAlive($0.needle, end) }
            #expect(left.isEmpty, "\(left)")
            #expect(ended.allSatisfy { region.range.contains($0.address) }, "\(ended)")
            thread.goOn()
            try thread.waitUntilDone()
        }

        @Test("a bundle that is refused after it was opened leaves nothing", arguments: [true, false])
        func refused(_ isScalarRefused: Bool) throws {
            let handover = Handover()
            let thread = try ParkedThread { thread in
                let frame = try TestFrame.with(embedded: SecretMaker.makeScalar())
                let sealed = try Self.seal(isScalarRefused, frame, handover)
                do throws(FrameError) {
                    try frame.inject(
                        sealed,
                        expecting: PublicKey(hex: Array(("02" + String(repeating: "0", count: 64)).utf8).span)
                    )
                } catch .publicKeyMismatch where !isScalarRefused {
                } catch .invalidBundle(.scalar) where isScalarRefused {}
                thread.park()
            }
            try thread.waitUntilParked()
            let finds = try ProcessMemory().search(for: handover.needles.flatMap(\.fragments))
            #expect(handover.needles.count == 4)
            #expect(finds.isEmpty, "\(finds)")
            thread.goOn()
            try thread.waitUntilDone()
        }

        private func secureRegion() throws -> ProcessMemory.Region {
            let probe = try Secret(byteCount: 1)
            return try probe.withBytes { try ProcessMemory.region(of: $0.baseAddress) }
        }

        private static func staysAlive(_ needle: String, _ end: End) -> Bool {
            switch end {
            case .end, .rejection, .replacement, .expiryWhileSigning: needle.hasPrefix("embedded key")
            case .reset, .expiry, .frame: false
            }
        }

        private static func live(_ handover: Handover, _ end: End, _ thread: ParkedThread) throws {
            let frame = try inject(handover)
            try frame.stamp()
            thread.park()
            switch end {
            case .reset: frame.frame.reset(at: frame.now)
            case .expiry: frame.advance(seconds: 1_000)
            case .expiryWhileSigning: _ = try? frame.stamp(takingNanoseconds: 900_000_000_000)
            case .end: try frame.frame.endSession(.default, at: frame.now)
            case .rejection:
                let key = try frame.frame.session(.default, at: frame.now).publicKey
                frame.frame.reportRejected(key, session: nil, at: frame.now)
            case .replacement: try frame.inject(TestCredential())
            case .frame: frame.frame = Frame()
            }
            thread.park()
        }

        /// The scalars that the test makes end here; the frame's own stay.
        private static func inject(_ handover: Handover) throws -> TestFrame {
            let credential = try SecretMaker.makeScalar()
            let embedded = try SecretMaker.makeScalar()
            let frame = try TestFrame.with(embedded: embedded)
            let sealed = try OwnSeal(sealing: credential, to: frame.embeddedPublicKey())
            handover.needles = [Needle("credential", credential), Needle("embedded key", embedded)] + sealed.needles
            try frame.inject(sealed.bundle.base58Check)
            return frame
        }

        private static func seal(_ isScalarRefused: Bool, _ frame: TestFrame, _ handover: Handover) throws -> String {
            var scalar = try SecretMaker.makeScalar()
            if isScalarRefused { scalar.withMutableBytes { for index in 0..<5 { $0[index] = 0xff } } }
            let sealed = try OwnSeal(sealing: scalar, to: frame.embeddedPublicKey())
            handover.needles = [Needle("credential", scalar)] + sealed.needles
            return sealed.bundle.base58Check
        }
    }
}
