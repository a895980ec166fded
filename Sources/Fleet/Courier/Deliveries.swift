// SPDX-License-Identifier: Apache-2.0

/// Tracks which parcel is at the frame, which waits, and which was answered last.
struct Deliveries: Sendable {
    private struct Waiting {
        let envelope: ParcelEnvelope
        let bytes: [UInt8]
    }

    /// The parcel that is to be delivered next, or is being delivered.
    private var current: Waiting?
    private var isUnderWay = false
    /// A parcel that came during a delivery; it becomes the current one after that.
    private var next: Waiting?
    /// The bytes that were answered last: a carrier that lists again hands them out again.
    private var answered: [UInt8]?
    /// The hashes of the newest documents that were no parcels. Each is reported once, however often it is handed out.
    private var unreadable = RecentHashes()

    /// Whether these bytes are new: neither answered nor waiting, nor known to be no parcel.
    func takes(_ bytes: [UInt8]) -> Bool {
        bytes != answered && bytes != (next ?? current)?.bytes && !unreadable.contains(CardHash(of: bytes))
    }

    /// Returns the parcel to deliver now; where a delivery is under way, keeps it for later and returns nil.
    mutating func begin(_ envelope: ParcelEnvelope, _ bytes: [UInt8]) -> ParcelEnvelope? {
        let waiting = Waiting(envelope: envelope, bytes: bytes)
        guard !isUnderWay else {
            next = waiting
            return nil
        }
        current = waiting
        isUnderWay = true
        return envelope
    }

    mutating func refuse(unreadable bytes: [UInt8]) { unreadable.insert(CardHash(of: bytes)) }

    /// Ends the delivery that is under way, and returns its parcel, which was answered.
    mutating func finish() -> ParcelEnvelope? {
        guard let done = current else { return nil }
        answered = done.bytes
        (current, next, isUnderWay) = (next, nil, false)
        return done.envelope
    }

    /// Ends the delivery that is under way without an answer. Its parcel waits, or a later one that has come.
    mutating func postpone() {
        (current, next, isUnderWay) = (next ?? current, nil, false)
    }

    /// Returns the parcel to deliver now; nil where none waits.
    mutating func tryAgain() -> ParcelEnvelope? {
        guard let current, !isUnderWay else { return nil }
        isUnderWay = true
        return current.envelope
    }
}
