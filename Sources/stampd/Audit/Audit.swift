// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// The audit trail: one record for each decision and each change of the frame, in the journal.
///
/// It never waits. Records lie in a bounded ring until they are handed over, all of a turn together; what the journal does
/// not take then is sent when it does. When the ring is full the stamp wins, unless `limits.isRequired`, and the count of
/// lost records is the next record. No record holds a payload, a bundle or a secret.
final class Audit: AuditTrail, TimeKeeper {
    private let journal: DatagramSocket?
    private var writable: IOSource?
    private var ring: RecordRing
    private var record = AuditRecord()
    private var lostRecord = AuditRecord()
    private var chain: AuditChain
    private var keeper: (any AuditHeadKeeper)?
    /// What `drain` hands over at once.
    private var batch: [UInt8] = []
    /// How long each record in `batch` is.
    private var batchLengths: [UInt32] = []
    /// Lost records that no record told of yet.
    private var unreported: Int64 = 0
    private var refusals = RefusalWindows()
    /// Records that were lost since the chain began.
    private(set) var lostCount: Int64 = 0
    /// Of them, those that earlier processes lost.
    private(set) var inheritedLostCount: Int64 = 0
    /// When to try again a journal that is gone; `.never` while it is there.
    private(set) var retryTime = BootInstant.never
    /// Why there is no audit; nil where there is one.
    let absence: SystemError?

    /// What may be waited for, and what is looked through; the ring stays as long as it was made.
    var limits: AuditLimits { didSet { refusals.rate = limits.refusals } }

    private static let retrySeconds: Int64 = 1

    /// The audit to the journal at `path`; it is off where nothing listens there.
    ///
    /// Where it is required it is on all the same, and looks for the journal each second.
    init(_ loop: EventLoop, path: String, limits: AuditLimits) throws(SystemError) {
        self.limits = limits
        ring = RecordRing(capacity: limits.maximumWaitingRecords)
        chain = try AuditChain()
        refusals.rate = limits.refusals
        var socket: DatagramSocket?
        do throws(SystemError) {
            let made = try DatagramSocket(path: path)
            if limits.isRequired { socket = made }
            try made.connect()
            socket = made
            absence = nil
        } catch { absence = error }
        journal = socket
        guard let journal else { return }
        writable = try IOSource(loop, descriptor: journal.descriptor, events: CLinuxWritable) { [unowned self] _ in
            drain()
        }
        writable?.isEnabled = false
    }

    var isOn: Bool { journal != nil }
    var maximumPayloadByteCount: Int { limits.maximumPayloadBytes }

    /// Goes on where another process stopped, or begins a chain of its own; a record says which. Before any other record.
    ///
    /// - Parameters:
    ///   - left: Where the process before left the audit; nil where there was none.
    ///   - keeper: Gets where it stands, from now on; nil where that is not kept.
    func begin(after left: AuditHead?, keeping keeper: (any AuditHeadKeeper)?) {
        guard isOn else { return }
        self.keeper = keeper
        if let left {
            chain.goOn(from: left)
            inheritedLostCount = left.lost + left.waiting
            lostCount = inheritedLostCount
            write(.auditResumed, of: nil) { _ in }
            // Behind it: whoever reads on knows of the new process by then.
            unreported = left.waiting
        } else {
            // Two chains never begin alike: a first record that comes twice was copied.
            let id = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
            write(.auditStarted, of: nil) { $0.add(.frameId, Hex.text(id)) }
        }
        handOver()
    }

    /// Where it stands.
    var head: AuditHead {
        AuditHead(
            sequence: chain.sequence,
            chain: chain.value,
            lost: lostCount - unreported,
            waiting: Int64(ring.count) + unreported
        )
    }

    var admitsStamp: Bool {
        guard limits.isRequired else { return true }
        return isOn && makesRoom { ring.count + (unreported > 0 ? 1 : 0) < ring.capacity }
    }

    /// What to wait before another stamp, where `admitsStamp` is false.
    static let retryMilliseconds = 1000 * retrySeconds

    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void) {
        guard isOn else { return }
        record.start(kind)
        addCommonFields(of: kind, to: &record, call: call)
        addFields(&record)
        submit()
    }

    func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void) {
        guard isOn else { return }
        reportLeftOut(at: call.start)
        let isRoom = makesRoom { ring.hasRoomForRefusals }
        guard refusals.admits(call.peer.account, at: call.start.seconds, isRoom: isRoom) else { return }
        record.start(.refusal)
        addCommonFields(of: .refusal, to: &record, call: call)
        record.add(.decision, "refused")
        record.add(.rule, rule)
        record.add(.session, call.session)
        addFields(&record)
        submit()
    }

    /// Says how many refusals of each account were left out, once their window is over.
    func reportLeftOut(at now: BootInstant) {
        guard isOn, now >= refusals.reportTime else { return }
        // They take no more room than the refusals themselves may.
        refusals.takeLeftOut(at: now.seconds, while: { makesRoom { ring.hasRoomForRefusals } }, tell: writeLeftOut)
    }

    private func writeLeftOut(of account: Account?, count: Int) {
        write(.refusalsLeftOut, of: nil) { record in
            if let account { record.add(.account, account.description) }
            record.add(.leftOut, Int64(count))
        }
    }

    /// When it has something to do by itself.
    var nextTime: BootInstant { min(refusals.reportTime, retryTime) }

    /// Does what is due.
    func keepTime(at now: BootInstant) {
        reportLeftOut(at: now)
        if now >= retryTime { drain() }
    }

    /// Says what is left to say before the end, and gives the journal its time to take what waits; what it does not take is
    /// lost.
    func finish() {
        defer { lostCount += Int64(ring.count) }
        reportLeftOut(at: .never)
        drain()
        let end = BootInstant.now.adding(seconds: limits.drainTimeoutSeconds)
        while let journal, ring.count > 0, retryTime == .never {
            let left = BootInstant.now.milliseconds(until: end)
            guard left > 0, journal.isWritable(within: CInt(left)) else { return }
            drain()
        }
        // What there was no room for before.
        reportLeftOut(at: .never)
    }

    private func addCommonFields(
        of kind: AuditKind,
        to record: inout AuditRecord,
        call: CallContext?
    ) {
        record.add(.message) { text in
            text.append(contentsOf: kind.message.utf8)
            guard let call else { return }
            text.append(contentsOf: ": uid ".utf8)
            text.append(decimal: Int64(call.peer.uid))
            text.append(contentsOf: ", pid ".utf8)
            text.append(decimal: Int64(call.peer.pid))
        }
        guard let call else { return }
        record.add(.peerUid, Int64(call.peer.uid))
        add(call.peer.account, to: &record)
        record.add(.peerPid, Int64(call.peer.pid))
        if let unit = call.peer.unit { record.add(.peerUnit, unit.name) }
        let nanoseconds = BootInstant.now.nanoseconds - call.start.nanoseconds
        record.add(.microseconds, max(0, nanoseconds / 1000))
    }
}

extension Audit {
    /// The account as a number where it has one, so that an ordinary record needs no text.
    private func add(_ account: Account, to record: inout AuditRecord) {
        if let uid = account.uid {
            record.add(.account, Int64(uid))
        } else {
            record.add(.account, account.description)
        }
    }
}

/// Handing over, in order and together.
extension Audit {
    /// Hands over what waits, at the end of a turn of the loop.
    func handOver() { if !isStalled, ring.count > 0 || unreported > 0 { drain() } }

    /// Hands over what waits where no reply may go before its record.
    func handOverBeforeReply() { if limits.isRequired { handOver() } }

    /// The journal took no more; it says when it does, or is tried again.
    private var isStalled: Bool { writable?.isEnabled == true || retryTime != .never }

    /// Whether there is room, once what waits was handed over where there is none.
    private func makesRoom(_ isRoom: () -> Bool) -> Bool {
        if !isRoom() { handOver() }
        return isRoom()
    }

    /// Gives `record` the next number and a place; where there is none, the gap in the numbers tells of it.
    private func submit() {
        // The count of those that were lost stands where they would have stood.
        if makesRoom({ ring.count + 1 < ring.capacity }), unreported > 0, let lost = takeLostRecord() {
            ring.append(lost)
        }
        if let bytes = chain.seal(&record), unreported == 0, !ring.isFull {
            ring.append(bytes)
        } else {
            unreported += 1
            lostCount += 1
        }
        keeper?.keep(head)
    }

    private func takeLostRecord() -> [UInt8]? {
        lostRecord.start(.recordsLost)
        addCommonFields(of: .recordsLost, to: &lostRecord, call: nil)
        lostRecord.add(.lost, unreported)
        guard let bytes = chain.seal(&lostRecord) else { return nil }
        unreported = 0
        return bytes
    }

    /// Sends what waits until the journal takes no more.
    func drain() {
        writable?.isEnabled = false
        retryTime = .never
        while ring.count > 0, sendBatch() {}
        if ring.count == 0, unreported > 0, let lost = takeLostRecord() {
            ring.append(lost)
            _ = sendBatch()
        }
        keeper?.keep(head)
    }

    /// False where the journal takes no more now; then it is asked again when it may.
    private func sendBatch() -> Bool {
        guard let journal else { return false }
        batch.removeAll(keepingCapacity: true)
        batchLengths.removeAll(keepingCapacity: true)
        ring.copyOldest(DatagramSocket.maximumBatchCount, to: &batch, lengths: &batchLengths)
        let (takenCount, result) = journal.send(batch, lengths: batchLengths)
        ring.removeOldest(takenCount)
        switch result {
        case .taken: return true
        case .full: writable?.isEnabled = true
        case .refused: retryTime = BootInstant.now.adding(seconds: Self.retrySeconds)
        }
        return false
    }
}
