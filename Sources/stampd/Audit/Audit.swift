// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// Writes the audit to the journal: one record for each decision and each change of the frame.
///
/// It never blocks. Records wait in a bounded ring until they are handed over, all of a turn together. What the journal
/// does not take is sent when it takes more. If the ring is full, stamps are made all the same, unless
/// `limits.isRequired`; the next record then holds the count of lost records. No record holds a payload, a bundle or a
/// secret.
final class Audit: AuditTrail, TimeKeeper {
    private let journal: DatagramSocket?
    private var writable: IOSource?
    private var ring: RecordRing
    private var record = AuditRecord()
    private var lostRecord = AuditRecord()
    private var chain: AuditChain
    private var keeper: (any AuditHeadKeeper)?
    /// The bytes of the records that `sendBatch` sends together.
    private var batch: [UInt8] = []
    /// The length of each record in `batch`, in bytes.
    private var batchLengths: [UInt32] = []
    /// How many lost records no record has reported yet.
    private var unreported: Int64 = 0
    private var refusals = RefusalWindows()
    /// How many records were lost since the chain began.
    private(set) var lostCount: Int64 = 0
    /// How many of these records earlier processes lost.
    private(set) var inheritedLostCount: Int64 = 0
    /// When to try the journal again if no process listened there; `.never` if one did.
    private(set) var retryTime = BootInstant.never
    /// Why no journal was reached at the start; nil if one was.
    let absence: SystemError?

    /// The limits in force. The ring keeps the capacity that it was created with.
    var limits: AuditLimits { didSet { refusals.rate = limits.refusals } }

    private static let retrySeconds: Int64 = 1

    /// Opens the audit to the journal at `path`. The audit is off if no process listens there.
    ///
    /// If records are required, it is on in any case, and looks for the journal each second.
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

    /// Continues where another process stopped, or begins a new chain; the first record says which. Call it before any
    /// other record is written.
    ///
    /// - Parameters:
    ///   - left: The position of the audit when the process before this one ended; nil if there was none.
    ///   - keeper: Keeps the position from now on; nil if it is not kept.
    func begin(after left: AuditHead?, keeping keeper: (any AuditHeadKeeper)?) {
        guard isOn else { return }
        self.keeper = keeper
        if let left {
            chain.goOn(from: left)
            inheritedLostCount = left.lost + left.waiting
            lostCount = inheritedLostCount
            write(.auditResumed, of: nil) { _ in }
            // Reported after the record above, so that a reader learns of the new process first.
            unreported = left.waiting
        } else {
            // A random id makes the first record of each chain unique, so one that occurs twice was copied.
            let id = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
            write(.auditStarted, of: nil) { $0.add(.frameId, Hex.text(id)) }
        }
        handOver()
    }

    /// The audit's position.
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

    /// How long a caller should wait before its next stamp if `admitsStamp` is false.
    static let retryMilliseconds = 1000 * retrySeconds

    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void) {
        guard isOn else { return }
        record.start(kind)
        addCommonFields(of: kind, to: &record, call: call)
        addFields(&record)
        submit()
    }

    func handOver(_ kind: AuditKind, of call: CallContext, _ addFields: (inout AuditRecord) -> Void) -> Bool {
        guard isOn else { return true }
        handOver()
        guard ring.count == 0, unreported == 0 else { return false }
        let before = head
        record.start(kind)
        addCommonFields(of: kind, to: &record, call: call)
        addFields(&record)
        guard let bytes = chain.seal(&record) else { return false }
        ring.append(bytes)
        keeper?.keep(head)
        drain()
        if ring.count == 0 { return true }
        // The next record gets the number and the link that this one does not need.
        ring.removeOldest(1)
        chain.goOn(from: before)
        keeper?.keep(before)
        return false
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

    /// Reports how many refusals of each account were left out, once their window is over.
    func reportLeftOut(at now: BootInstant) {
        guard isOn, now >= refusals.reportTime else { return }
        // These reports use only the room that refusals may use.
        refusals.takeLeftOut(at: now.seconds, while: { makesRoom { ring.hasRoomForRefusals } }, tell: writeLeftOut)
    }

    private func writeLeftOut(of account: Account?, count: Int) {
        write(.refusalsLeftOut, of: nil) { record in
            if let account { record.add(.account, account.description) }
            record.add(.leftOut, Int64(count))
        }
    }

    /// When it has work to do; `.never` if it has none.
    var nextTime: BootInstant { min(refusals.reportTime, retryTime) }

    /// Does the work that is due at `now`.
    func keepTime(at now: BootInstant) {
        reportLeftOut(at: now)
        if now >= retryTime { drain() }
    }

    /// Reports the refusals that were left out, and gives the journal `drainTimeoutSeconds` to take what waits. What it
    /// does not take is lost.
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
        // Reports what had no room before.
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
    /// Adds the account, as a number if it has one, so that an ordinary record needs no text.
    private func add(_ account: Account, to record: inout AuditRecord) {
        if let uid = account.uid {
            record.add(.account, Int64(uid))
        } else {
            record.add(.account, account.description)
        }
    }
}

/// Hands records over in order, several at once.
extension Audit {
    /// Hands over the records that wait, at the end of a turn of the loop.
    func handOver() { if !isStalled, ring.count > 0 || unreported > 0 { drain() } }

    /// Hands over the records that wait, if records are required, so that no reply is sent before its record.
    func handOverBeforeReply() { if limits.isRequired { handOver() } }

    /// Whether the journal took no more. It is tried again when its socket is writable, or at `retryTime`.
    private var isStalled: Bool { writable?.isEnabled == true || retryTime != .never }

    /// Returns whether there is room, after handing over the records that wait if there was none.
    private func makesRoom(_ isRoom: () -> Bool) -> Bool {
        if !isRoom() { handOver() }
        return isRoom()
    }

    /// Gives `record` the next number and a place in the ring. If there is no place, the record is lost, and a gap in
    /// the numbers shows it.
    private func submit() {
        // The count of the lost records takes the place that they would have had.
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

    /// Sends the records that wait until the journal takes no more.
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

    /// Sends one batch. Returns false if the journal takes no more now, and arranges the next attempt.
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
