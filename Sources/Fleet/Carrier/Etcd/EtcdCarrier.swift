// SPDX-License-Identifier: Apache-2.0
import Printing
import Synchronization

/// A carrier that keeps a fleet's documents in etcd, through its HTTP gateway.
///
/// A card is put under a lease, so that it ends when its courier no longer renews the lease. All documents are listed again
/// where etcd's revisions go backwards, as after a restored backup, or where revisions that are still needed were compacted
/// away.
final class EtcdCarrier: Carrier {
    /// The limit of one document's answer, whatever its size: etcd takes requests of 1.5 MiB by default.
    private static let singleLimitBytes = 4 << 20
    /// The limit of an answer with a frame's own parcel or receipt: a courier uses little memory.
    private static let parcelLimitBytes = 256 << 10
    /// How long a watch lives before it begins again, at another member, so that a watch that has gone silent ends too.
    private static let watchLifeSeconds = 480...720
    /// A watch that ends sooner is a fault: it would otherwise be opened again and again without a pause.
    private static let shortestWatch = Duration.seconds(1)
    /// How often in a row a list is read where its revision is compacted away each time.
    static let listLimit = 3
    /// The first revision that a key can have: one that is not there has 0.
    private static let firstRevision = Int64(1)

    private struct Lease {
        let id: Int64
        let timeToLive: Duration
    }

    let client: EtcdClient
    let keys: EtcdKeys
    let limits: ListLimits
    private let leases = Mutex<[FrameID: Lease]>([:])

    init(
        _ endpoints: [EtcdEndpoint],
        _ fleet: FleetName,
        _ access: CarrierAccess,
        limits: ListLimits = ListLimits()
    ) throws(CarrierFault) {
        client = try EtcdClient(endpoints, access)
        keys = EtcdKeys(fleet: fleet)
        self.limits = limits
    }

    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault) {
        try await translating { () throws(EtcdFault) in
            let lease = try await self.keepAlive(frame, timeToLive)
            do throws(EtcdFault) { try await self.putCard(envelope, of: frame, under: lease) } catch .leaseOver {
                // The lease ended between the two calls, or is asked for at a member that had lost the others.
                try await self.putCard(envelope, of: frame, under: try await self.grantLease(frame, timeToLive))
            }
        }
    }

    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault) {
        try await translating { () throws(EtcdFault) in
            _ = try await self.client.call(.put(self.keys.key(.receipts, frame), receipt), EtcdPutAnswer.self)
        }
    }

    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]? {
        try await translating { () throws(EtcdFault) in
            try await self.listFor(.receipts, frame).documents.first?.bytes
        }
    }

    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault) {
        try await translating { () throws(EtcdFault) in
            try await self.follow(.parcels, frame, lineLimitBytes: Self.parcelLimitBytes) { document in
                await deliver(document.bytes)
                return true
            }
        }
    }

    func cards() async throws(CarrierFault) -> [CarriedDocument] {
        try await translating { () throws(EtcdFault) in try await self.list(.cards).documents }
    }

    func receipts() async throws(CarrierFault) -> [CarriedDocument] {
        try await translating { () throws(EtcdFault) in try await self.list(.receipts).documents }
    }

    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault) {
        try await translating { () throws(EtcdFault) in
            try await self.follow(.receipts, nil, lineLimitBytes: Self.singleLimitBytes, take)
        }
    }

    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool {
        try await translating { () throws(EtcdFault) in
            // How old a parcel is says nothing: the same card may have been put again since.
            if try await self.putParcel(envelope, answering: card, unlessSince: Self.firstRevision) { return true }
            // Without a parcel, the card is the reason: it has changed or is gone.
            guard let (parcel, revision) = try await self.readParcel(card.frame) else { return false }
            // This very call may have put it: the request is sent twice where the first answer is lost.
            guard parcel != envelope else { return true }
            guard !card.isAnswered(by: parcel) || isReplaceable(parcel) else { return false }
            if try await self.putParcel(envelope, answering: card, unlessSince: revision + 1) { return true }
            // So may the second put, and then it is this call's own parcel that the comparison came upon.
            return try await self.readParcel(card.frame)?.bytes == envelope
        }
    }

    func removeDocuments(of frame: FrameID) async throws(CarrierFault) {
        try await translating { () throws(EtcdFault) in
            let keys = EtcdKeys.Kind.allCases.map { self.keys.key($0, frame) }
            _ = try await self.client.call(.deleteAll(keys), EtcdTransactionAnswer.self)
        }
    }
}

extension EtcdCarrier {
    private func putCard(_ envelope: [UInt8], of frame: FrameID, under lease: Lease) async throws(EtcdFault) {
        let request = EtcdRequest.putUnlessThere(keys.key(.cards, frame), envelope, lease: lease.id)
        _ = try await client.call(request, EtcdTransactionAnswer.self)
    }

    /// Puts a parcel; returns false where the card has changed, or the parcel that is there was put at `revision` or later.
    private func putParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        unlessSince revision: Int64
    ) async throws(EtcdFault) -> Bool {
        let request = EtcdRequest.putAnswer(
            keys.key(.parcels, card.frame),
            envelope,
            where: keys.key(.cards, card.frame),
            has: card.bytes,
            of: revision
        )
        return try await client.call(request, EtcdTransactionAnswer.self).succeeded ?? false
    }

    /// Returns the frame's parcel, whole or not at all, and the store's revision at its last change; nil where there is none.
    private func readParcel(_ frame: FrameID) async throws(EtcdFault) -> (bytes: [UInt8], revision: Int64)? {
        let key = Array(keys.key(.parcels, frame).utf8)
        let answer: EtcdRangeAnswer
        do throws(EtcdFault) {
            let request = EtcdRequest.range(key, end: nil, limit: 1, revision: nil)
            answer = try await client.call(request, EtcdRangeAnswer.self, limitBytes: Self.singleLimitBytes)
        } catch .malformed {
            // What is longer than any answer that is read answers no card: its key is enough.
            let request = EtcdRequest.range(key, end: nil, limit: 1, revision: nil, hasValues: false)
            answer = try await client.call(request, EtcdRangeAnswer.self)
        }
        return answer.kvs?.first.map { ($0.value?.value ?? [], $0.modRevision.value) }
    }

    /// Renews the frame's lease; grants another where it has ended, or had another time to live.
    private func keepAlive(_ frame: FrameID, _ timeToLive: Duration) async throws(EtcdFault) -> Lease {
        guard let lease = leases.withLock({ $0[frame] }), lease.timeToLive == timeToLive else {
            return try await grantLease(frame, timeToLive)
        }
        let answer = try await client.call(.keepLeaseAlive(lease.id), EtcdKeepAliveAnswer.self)
        guard (answer.result.timeToLive?.value ?? 0) > 0 else { return try await grantLease(frame, timeToLive) }
        return lease
    }

    private func grantLease(_ frame: FrameID, _ timeToLive: Duration) async throws(EtcdFault) -> Lease {
        let seconds = max(1, timeToLive.components.seconds)
        let answer = try await client.call(.grantLease(seconds: seconds), EtcdLeaseAnswer.self)
        let lease = Lease(id: answer.id.value, timeToLive: timeToLive)
        leases.withLock { $0[frame] = lease }
        return lease
    }

    /// Calls `take` with each document that is there and with each later one: of one frame, or of all.
    ///
    /// Returns when `take` returns false.
    private func follow(
        _ kind: EtcdKeys.Kind,
        _ frame: FrameID?,
        lineLimitBytes: Int,
        _ take: @escaping @Sendable (CarriedDocument) async -> Bool
    ) async throws(EtcdFault) {
        let (key, end) = frame.map { (keys.key(kind, $0), nil) } ?? (keys.prefix(kind), keys.end(kind))
        let next = Mutex(Int64(0))
        var listings = 0
        while true {
            if next.withLock({ $0 }) == 0 {
                let found = try await listFor(kind, frame)
                for document in found.documents { guard await take(document) else { return } }
                next.withLock { $0 = found.revision + 1 }
                listings += 1
            }
            let begun = ContinuousClock.now
            do throws(EtcdFault) {
                let ended = try await client.watch(
                    .watch(key, end: end, from: next.withLock { $0 }),
                    lineLimitBytes: lineLimitBytes,
                    life: .seconds(Int.random(in: Self.watchLifeSeconds))
                ) { [self] answer throws(EtcdFault) in
                    try await takeEvents(answer, kind, frame, next, take)
                }
                switch ended {
                case .finished: return
                case .over where ContinuousClock.now - begun < Self.shortestWatch:
                    throw .away(reason: "the watch was ended at once")
                case .broken(let reason) where ContinuousClock.now - begun < Self.shortestWatch:
                    throw .away(reason: reason)
                case .over, .broken: break
                }
                listings = 0
            } catch .compacted {
                // Without this limit, a member that is behind its own list would be asked without end.
                guard listings < Self.listLimit else {
                    throw .away(reason: "it does not know the revision that it listed")
                }
                next.withLock { $0 = 0 }
            }
        }
    }

    private func listFor(
        _ kind: EtcdKeys.Kind,
        _ frame: FrameID?
    ) async throws(EtcdFault) -> (documents: [CarriedDocument], revision: Int64) {
        guard let frame else { return try await list(kind) }
        let answer = try await client.call(
            .range(Array(keys.key(kind, frame).utf8), end: nil, limit: 1, revision: nil),
            EtcdRangeAnswer.self,
            limitBytes: Self.parcelLimitBytes
        )
        let documents = (answer.kvs ?? []).compactMap { keys.makeDocument($0, kind) }.filter { $0.frame == frame }
        return (documents, answer.header.revision?.value ?? 0)
    }

    private func takeEvents(
        _ answer: EtcdWatchAnswer,
        _ kind: EtcdKeys.Kind,
        _ frame: FrameID?,
        _ next: borrowing Mutex<Int64>,
        _ take: @Sendable (CarriedDocument) async -> Bool
    ) async throws(EtcdFault) -> Bool {
        // A store whose revision went backwards is another: a backup, or another cluster at the same address.
        let revision = answer.header.revision?.value ?? 0
        if answer.created ?? false, revision < next.withLock({ $0 }) - 1 { throw .compacted }
        for event in answer.events ?? [] {
            let document = event.type == "DELETE" ? nil : keys.makeDocument(event.kv, kind)
            if let document, document.frame == frame ?? document.frame {
                guard await take(document) else { return false }
            }
            let revision = event.kv.modRevision.value
            next.withLock { $0 = max($0, revision + 1) }
        }
        return true
    }

    /// Runs `body`, and translates its faults into a carrier's.
    private func translating<Result>(
        _ body: () async throws(EtcdFault) -> Result
    ) async throws(CarrierFault) -> Result {
        do throws(EtcdFault) { return try await body() } catch {
            throw switch error {
            case .away(let reason): .unreachable(detail: reason)
            case .tokenRefused: .denied(detail: "it does not know the token")
            case .denied(let message): .denied(detail: message)
            case .compacted: .unreachable(detail: "what was asked for is no longer there")
            case .leaseOver: .unreachable(detail: "it forgets leases at once")
            case .malformed(let detail): .protocolViolation(detail: detail)
            case .cancelled: .cancelled
            }
        }
    }
}
