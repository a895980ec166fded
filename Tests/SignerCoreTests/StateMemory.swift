// SPDX-License-Identifier: Apache-2.0
import Glibc

@testable import SignerCore

/// Memory mapped for a frame's state, as the daemon maps it, and zeros at first.
final class StateMemory {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int = StateSlots.byteCount) throws {
        let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let base, base != MAP_FAILED else { throw ProcessMemory.Flaw(what: "mmap: errno \(errno)") }
        bytes = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }

    deinit { munmap(bytes.baseAddress, bytes.count) }

    var range: Range<UInt> {
        UInt(bitPattern: bytes.baseAddress)..<UInt(bitPattern: bytes.baseAddress) + UInt(bytes.count)
    }
}

extension BootId {
    /// 32 times the same digit.
    static func of(_ digit: Character) throws -> BootId {
        guard let bootId = BootId(hex: Array(String(repeating: digit, count: 32).utf8).span) else {
            throw NotHex(text: "")
        }
        return bootId
    }
}

extension TestFrame {
    /// The state's bytes, in this test's heap.
    func state(generation: UInt64 = 1) throws -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: StateSlots.slotByteCount, alignment: 8)
        defer { memory.deallocate() }
        let count = try frame.writeState(to: memory, generation: generation, bootId: .of("b"), at: now)
        return Array(memory[..<count])
    }

    /// A frame from a state's bytes.
    static func restored(
        from state: [UInt8],
        bootId: Character = "b",
        limits: FrameLimits = FrameLimits(),
        at now: BootInstant
    ) throws -> TestFrame {
        let bootId = try BootId.of(bootId)
        let result = TestFrame()
        try state.withUnsafeBytes { bytes in
            result.frame = try Frame.readState(from: bytes, limits: limits, bootId: bootId, at: now)
        }
        result.now = now
        return result
    }

    var isBlank: Bool { frame.isBlank }

    /// Everything that a state has to bring back, line by line.
    var stateText: [String] {
        let state = snapshot()
        let embedded = state.embeddedPublicKey?.hexText ?? "none"
        let sessions = frame.sessions.map { session in
            "session \(session.name) \(session.publicKey) \(session.origin) \(session.isExpiringAnnounced) "
                + "\(session.deadline.nanoseconds) \(text(session.organizationId)) \(text(session.userId))"
        }
        let pending = state.pendingKeys.map { key, pending in
            "pending \(key) \(pending.name) \(pending.dropped.nanoseconds)"
        }
        let remembered = state.rememberedDeadlines.map { key, deadline in "remembered \(key) \(deadline.nanoseconds)" }
        return ["locked \(state.isLocked)", "embedded \(embedded) until \(state.embeddedKeyExpiry?.nanoseconds ?? 0)"]
            + sessions + pending.sorted() + remembered.sorted() + state.expiredNames.map { "expired \($0)" }
            + (frame.waitingCard.map { card in
                [
                    "card \(card.session) \(card.publicKey) \(card.nonce.hexText) \(card.notAfter) "
                        + "\(card.dropped.nanoseconds) \(card.digest.hex)"
                ]
            } ?? [])
            + (state.answeredCard.map { ["answered \($0.hex)"] } ?? [])
            + state.approvers.map { key, approver in "approver \(key) \(approver.fingerprint)" }.sorted()
            + ["next \(state.nextChange.nanoseconds)"]
    }

    private func text(_ claim: Claim?) -> String { claim.map { "'\($0.utf8.hexText)'" } ?? "none" }

    /// A frame that has something of everything: two sessions of one key, one of a generated key, a key that waits, a name
    /// that expired, and the lock.
    static func full() throws -> TestFrame {
        let frame = try ready()
        try frame.inject(TestCredential(), as: "gone", seconds: 5)
        frame.advance(seconds: 10)
        let credential = TestCredential()
        for name in ["a", "b"] as [SessionName] { try frame.inject(credential, as: name, seconds: 600) }
        let generated = try frame.frame.createSessionKey(for: "c", at: frame.now)
        let nothing: [UInt8] = []
        let request = SessionRequest(
            expirationSeconds: 50,
            organizationId: Claim(Array("an organization".utf8).span),
            userId: Claim(nothing.span)
        )
        _ = try frame.frame.activateSession(generated, as: request, at: frame.now)
        _ = try frame.frame.createSessionKey(for: "waiting", at: frame.now)
        frame.frame.lock(at: frame.now)
        _ = frame.takeEvents()
        return frame
    }
}
