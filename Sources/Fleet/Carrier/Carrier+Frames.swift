// SPDX-License-Identifier: Apache-2.0

extension Carrier {
    /// Returns the frames that have a card or a receipt on the carrier.
    package func frames() async throws(CarrierFault) -> Set<FrameID> {
        let cards = try await cards().map(\.frame)
        return Set(cards + (try await receipts().map(\.frame)))
    }
}
