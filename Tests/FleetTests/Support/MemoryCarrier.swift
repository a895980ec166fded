// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import Fleet

/// A carrier in this process, with the versions of its documents counted as etcd counts them.
final class MemoryCarrier: Carrier {
    struct State {
        var revision = 0
        var cards: [FrameID: CarriedDocument] = [:]
        var parcels: [FrameID: (bytes: [UInt8], revision: Int)] = [:]
        var receipts: [FrameID: CarriedDocument] = [:]
    }

    let state = Mutex(State())

    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault) {
        state.withLock { state in
            guard state.cards[frame]?.bytes != envelope else { return }
            state.revision += 1
            state.cards[frame] = CarriedDocument(frame: frame, bytes: envelope, version: "\(state.revision)")
        }
    }

    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault) {
        state.withLock { state in
            state.revision += 1
            state.receipts[frame] = CarriedDocument(frame: frame, bytes: receipt, version: "\(state.revision)")
        }
    }

    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]? {
        state.withLock { $0.receipts[frame]?.bytes }
    }

    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault) {
        throw .unreachable(detail: "nobody watches here")
    }

    func cards() async throws(CarrierFault) -> [CarriedDocument] {
        state.withLock { state in state.cards.values.sorted { $0.frame < $1.frame } }
    }

    func receipts() async throws(CarrierFault) -> [CarriedDocument] {
        state.withLock { state in state.receipts.values.sorted { $0.frame < $1.frame } }
    }

    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault) {
        for receipt in try await receipts() where await !take(receipt) { return }
        while (try? await Task.sleep(for: .seconds(3_600))) != nil {}
        throw .cancelled
    }

    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool {
        publish(envelope, answering: card, replacing: isReplaceable)
    }

    func publish(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) -> Bool {
        state.withLock { state in
            if state.parcels[card.frame]?.bytes == envelope { return true }
            guard state.cards[card.frame] == card else { return false }
            if let parcel = state.parcels[card.frame]?.bytes, card.isAnswered(by: parcel), !isReplaceable(parcel) {
                return false
            }
            state.revision += 1
            state.parcels[card.frame] = (envelope, state.revision)
            return true
        }
    }

    func removeDocuments(of frame: FrameID) async throws(CarrierFault) { remove(frame) }

    func remove(_ frame: FrameID) {
        state.withLock { state in
            state.cards[frame] = nil
            state.parcels[frame] = nil
            state.receipts[frame] = nil
        }
    }

    /// Somebody who may write to the carrier puts these bytes in the place of a frame's parcel; `nil`: the parcel is lost.
    func put(_ bytes: [UInt8]?, asParcelOf frame: FrameID) {
        state.withLock { state in
            state.revision += 1
            state.parcels[frame] = bytes.map { ($0, state.revision) }
        }
    }

    func parcel(of frame: FrameID) -> ParcelEnvelope? {
        state.withLock { state in state.parcels[frame].flatMap { try? ParcelEnvelope(reading: $0.bytes) } }
    }
}
