// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// The audit trail: one record for each decision and each change of the frame, in the journal.
///
/// It never waits. What the journal does not take waits in a bounded ring and is sent when it does; when the ring is full
/// the stamp wins, and the count of lost records is the next record. No record holds a payload, a bundle or a secret.
final class Audit: AuditTrail, TimeKeeper {
    private let journal: DatagramSocket?
    private var writable: IOSource?
    private var ring: RecordRing
    private var record = AuditRecord()
    private var lostRecord = AuditRecord()
    private var unreported: Int64 = 0
    private var refusals = RefusalWindows()
    /// Records that found no place.
    private(set) var lostCount: Int64 = 0
    /// When to try again a journal that is gone; `.never` while it is there.
    private(set) var retryTime = BootInstant.never
    /// Why there is no audit; nil where there is one.
    let absence: SystemError?

    /// What may be waited for, and what is looked through; the ring stays as long as it was made.
    var limits: AuditLimits { didSet { refusals.rate = limits.refusals } }

    private static let retrySeconds: Int64 = 1

    /// The audit to the journal at `path`; it is off where nothing listens there.
    init(_ loop: EventLoop, path: String, limits: AuditLimits) throws(SystemError) {
        self.limits = limits
        ring = RecordRing(capacity: limits.maximumWaitingRecords)
        refusals.rate = limits.refusals
        do throws(SystemError) {
            let socket = try DatagramSocket(path: path)
            try socket.connect()
            journal = socket
            absence = nil
        } catch {
            journal = nil
            absence = error
        }
        guard let journal else { return }
        writable = try IOSource(loop, descriptor: journal.descriptor, events: CLinuxWritable) { [unowned self] _ in
            drain()
        }
        writable?.isEnabled = false
    }

    var isOn: Bool { journal != nil }
    var maximumPayloadByteCount: Int { limits.maximumPayloadBytes }

    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void) {
        guard isOn else { return }
        record.start(kind)
        addCommonFields(of: kind, to: &record, call: call)
        addFields(&record)
        submit(record.bytes)
    }

    func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void) {
        guard isOn else { return }
        reportLeftOut(at: call.start)
        let isRoom = ring.hasRoomForRefusals
        guard refusals.admits(call.peer.account, at: call.start.seconds, isRoom: isRoom) else { return }
        record.start(.refusal)
        addCommonFields(of: .refusal, to: &record, call: call)
        record.add(.decision, "refused")
        record.add(.rule, rule)
        record.add(.session, call.session)
        addFields(&record)
        submit(record.bytes)
    }

    /// Says how many refusals of each account were left out, once their window is over.
    func reportLeftOut(at now: BootInstant) {
        guard isOn, now >= refusals.reportTime else { return }
        // They take no more room than the refusals themselves may.
        refusals.takeLeftOut(at: now.seconds, while: { ring.hasRoomForRefusals }, tell: writeLeftOut)
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

/// Handing over: at once where nothing waits, behind what waits otherwise.
extension Audit {
    private func submit(_ bytes: [UInt8]) {
        if ring.count == 0, unreported == 0, send(bytes) { return }
        enqueue(bytes)
    }

    private func enqueue(_ bytes: [UInt8]) {
        // The count of those that were lost stands where they would have stood.
        if unreported > 0, ring.count + 1 < ring.capacity { ring.append(takeLostRecord()) }
        guard unreported == 0, !ring.isFull else {
            unreported += 1
            lostCount += 1
            return
        }
        ring.append(bytes)
    }

    private func takeLostRecord() -> [UInt8] {
        lostRecord.start(.recordsLost)
        addCommonFields(of: .recordsLost, to: &lostRecord, call: nil)
        lostRecord.add(.lost, unreported)
        unreported = 0
        return lostRecord.bytes
    }

    /// Sends what waits until the journal takes no more.
    func drain() {
        writable?.isEnabled = false
        retryTime = .never
        while let oldest = ring.oldest {
            guard send(oldest) else { return }
            ring.removeOldest()
        }
        guard unreported > 0 else { return }
        let lost = takeLostRecord()
        if !send(lost) { ring.append(lost) }
    }

    /// False where the journal does not take it now; then it is asked again when it may.
    private func send(_ bytes: [UInt8]) -> Bool {
        guard let journal else { return false }
        switch journal.send(bytes) {
        case .taken: return true
        case .full: writable?.isEnabled = true
        case .refused: retryTime = BootInstant.now.adding(seconds: Self.retrySeconds)
        }
        return false
    }
}
