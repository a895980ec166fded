// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A nonce is gone when its stamp goes out", .searchesMemory) struct NonceTests {
        static let payload = Array(#"{"type":"ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"}"#.utf8)

        @Test(
            "after the first stamp, the second and the hundredth it is nowhere in the process",
            arguments: [1, 2, 100]
        )
        func nonces(_ count: Int) throws {
            let handover = Handover()
            let thread = try ParkedThread { thread in
                let scalar = try SecretMaker.makeScalar()
                handover.needles = [Needle("scalar", scalar)]
                let frame = try TestFrame.stamping(with: scalar)
                for _ in 0..<count { try Self.stamp(frame, handover) }
                thread.park()
            }
            try thread.waitUntilParked()
            let memory = try ProcessMemory()
            let scalar = try #require(handover.needles.first)
            let stamps = try handover.stamps()
            #expect(stamps.count == count)
            for stamp in stamps.suffix(2) {
                #expect(try stamp.isValid(for: Self.payload))
                let needles = try NonceRecovery().needles(for: stamp, payload: Self.payload, scalar: scalar)
                let finds = try memory.search(for: needles.flatMap(\.fragments))
                #expect(finds.isEmpty, "\(finds)")
            }
            // The same search finds the scalar, which lives.
            let scalarFinds = try memory.search(for: [scalar])
            #expect(scalarFinds.count >= 1)
            thread.goOn()
            try thread.waitUntilDone()
        }

        /// Writes the stamp straight to where it is read: nothing more runs on this stack that might hide a nonce.
        @inline(never) private static func stamp(_ frame: TestFrame, _ handover: Handover) throws {
            let now = frame.now
            handover.ends.append(handover.text.count)
            try frame.frame.stamp(
                payload.span,
                session: .default,
                expecting: nil,
                at: now,
                clock: { now },
                to: &handover.text
            )
        }
    }
}
