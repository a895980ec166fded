// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/SignerCore/State
// Words: kept-state
import SignerCore

extension FuzzTarget {
    /// The first byte says where the bytes behind the second lie, and what is made right of them before; the second how long
    /// after its writing the state is read.
    static let keptState = FuzzTarget(name: "kept-state") { (bytes) throws(BrokenClaim) in
        guard bytes.count > 2 else { return }
        let manner = Manner(rawValue: bytes[0])
        if manner.contains(.audit) { return try checkAudit(Array(bytes[2...]), manner) }
        try useSecureHeap()
        let used = SecureHeap.usedByteCount
        var state = StateBytes(Array(bytes[2...]))
        if manner.contains(.points) { state.setPoints() }
        if manner.contains(.sums) { state.seal() }
        try check(state, manner, at: state.written.adding(seconds: Int64(bytes[1]) * 64 - 64))
        try claim("a state gives back all secret memory", SecureHeap.usedByteCount <= used)
    }

    private struct Manner: OptionSet {
        let rawValue: UInt8
        static let sums = Self(rawValue: 1)
        static let points = Self(rawValue: 2)
        static let secondPlace = Self(rawValue: 4)
        /// In the other place is one that was not written to its end.
        static let torn = Self(rawValue: 8)
        static let audit = Self(rawValue: 16)
    }

    private static func check(_ state: StateBytes, _ manner: Manner, at now: BootInstant) throws(BrokenClaim) {
        let memory = KeptMemory(byteCount: StateSlots.byteCount)
        let place = manner.contains(.secondPlace) ? 1 : 0
        guard state.bytes.count <= StateSlots.byteCount / 2 else { return }
        memory.put(state.bytes, inHalf: place)
        if manner.contains(.torn) { memory.put(state.bytes.dropLast(7), inHalf: 1 - place) }
        let before = memory.copy
        let foreign = try read(memory, bootId: state.bootId.map { ~$0 }, at: now)
        try claim("no state of another boot is read", foreign != nil)
        var written: [UInt8] = []
        let error = try read(memory, bootId: state.bootId, at: now) { frame throws(BrokenClaim) in
            written = try write(frame, bootId: state.bootId, at: now)
            try checkLife(of: &frame, state, at: now)
        }
        guard error == nil else { return try claim("a refused state stays as it is", memory.copy == before) }
        try claim("the boot was what was wrong", foreign == .bootId)
        try claim("a state of the future is refused", state.written <= now)
        try claim("the other place is wiped", memory.isZero(half: 1 - place))
        try claim("what is read is written as long as it was", written.count == state.bytes.count)
        let copy = KeptMemory(byteCount: StateSlots.byteCount)
        copy.put(written, inHalf: 0)
        var again: [UInt8] = []
        _ = try read(copy, bootId: state.bootId, at: now) { frame throws(BrokenClaim) in
            again = try write(frame, bootId: state.bootId, at: now)
        }
        try claim("what is written is what is read", contents(of: again) == contents(of: written))
    }

    /// What is behind the header and before the sum, in any order.
    private static func contents(of state: [UInt8]) -> [UInt8] { state.dropFirst(60).dropLast(32).sorted() }

    /// - Returns: Why no frame was read; `.empty` also where there is none.
    private static func read(
        _ memory: KeptMemory,
        bootId: [UInt8],
        at now: BootInstant,
        _ body: (inout Frame) throws(BrokenClaim) -> Void = { _ in }
    ) throws(BrokenClaim) -> StateError? {
        var slots = StateSlots(memory.bytes)
        let result: Result<Void, BrokenClaim>
        do throws(StateError) {
            let read = try slots.read(limits: FrameLimits(), bootId: makeBootId(bootId), at: now)
            guard var frame = read else { return .empty }
            result = Result { () throws(BrokenClaim) in try body(&frame) }
        } catch { return error }
        try result.get()
        return nil
    }

    private static func write(
        _ frame: borrowing Frame,
        bootId: [UInt8],
        at now: BootInstant
    ) throws(BrokenClaim) -> [UInt8] {
        let memory = KeptMemory(byteCount: StateSlots.byteCount)
        var slots = StateSlots(memory.bytes)
        do throws(StateError) { try slots.write(frame, bootId: makeBootId(bootId), at: now) } catch {
            throw BrokenClaim(claim: "a frame that was read is written")
        }
        return StateBytes.cut(memory.half(1))
    }

    private static func makeBootId(_ bytes: [UInt8]) -> BootId {
        guard let bootId = BootId(hex: Array(Hex.text(bytes).utf8).span) else { preconditionFailure("no boot id") }
        return bootId
    }

    /// A frame that was read stamps until its deadlines and not at them, and is nothing after a reset.
    private static func checkLife(
        of frame: inout Frame,
        _ state: StateBytes,
        at now: BootInstant
    ) throws(BrokenClaim) {
        let longest = state.written.adding(seconds: FrameLimits.longestExpirationSeconds)
        let sessions = frame.listSessions(at: now)
        for session in sessions {
            try claim("no session outlives what may be granted", session.deadline <= longest && now < session.deadline)
            let answer = stamp(session.name, &frame, at: now)
            try claim("a session stamps unless the frame is locked", answer == (frame.isLocked ? .locked : nil))
        }
        frame.unlock(at: now)
        for session in sessions {
            let late = stamp(session.name, &frame, at: session.deadline)
            try claim("a session stamps no more at its deadline", late == .sessionExpired(session.name))
        }
        frame.reset(at: now)
        frame.unlock(at: now)
        try claim("nothing is left by a reset", frame.isBlank)
    }

    /// Why there is no stamp; nil where there is one.
    private static func stamp(_ name: SessionName, _ frame: inout Frame, at now: BootInstant) -> FrameError? {
        let payload = Array("{}".utf8)
        var text: [UInt8] = []
        do throws(FrameError) {
            try frame.stamp(payload.span, session: name, expecting: nil, at: now, clock: { now }, to: &text)
            return nil
        } catch { return error }
    }

    /// The bytes are both places of the audit's head.
    private static func checkAudit(_ bytes: [UInt8], _ manner: Manner) throws(BrokenClaim) {
        let memory = KeptMemory(byteCount: AuditArea.byteCount)
        memory.put(bytes.prefix(AuditArea.byteCount), inHalf: 0)
        if manner.contains(.sums) { for place in [0, 128] { memory.setAuditSum(at: place) } }
        var area = AuditArea(memory.bytes)
        let read = area.read()
        var head = read ?? AuditHead()
        try claim("a head is in its bounds", head.sequence >= 0 && head.lost >= 0 && head.waiting >= 0)
        head.sequence += 1
        area.write(head)
        try claim("what is written is read", area.read() == head)
        var successor = AuditArea(memory.bytes)
        try claim("the next process reads it too", successor.read() == head)
        head.sequence += 1
        let before = memory.copy
        successor.write(head)
        // A process that is killed leaves the rest of the place as it was.
        let changed = zip(before, memory.copy).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        guard let last = changed.last else { throw BrokenClaim(claim: "a head is written somewhere") }
        memory.bytes[last] = before[last]
        head.sequence -= 1
        var third = AuditArea(memory.bytes)
        try claim("a head that is not whole leaves the one before", third.read() == head)
    }
}
