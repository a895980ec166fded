// SPDX-License-Identifier: Apache-2.0

/// One embedded key and the sessions it unlocked: all state of a frame, and every change of it.
///
/// Pure: each call takes the time as a value, and `takeEvents` returns what happened.
package struct Frame: ~Copyable {
    /// The limits that apply now.
    package private(set) var limits: FrameLimits
    /// Whether the frame refuses stamps and new credentials.
    package internal(set) var isLocked = false {
        didSet { revision += 1 }
    }
    var embeddedKey: EmbeddedKey?
    var sessions: [Session] = []
    var pendingKeys: [PublicKey: PendingKey] = [:]
    /// The deadlines of injected keys, past ones included, so that a key never gets a later one.
    var rememberedDeadlines: [PublicKey: BootInstant] = [:]
    /// The card that waits for an approver's answer.
    var waitingCard: Card?
    /// The hash of the card that was answered last; nil if none was.
    package internal(set) var answeredCard: SHA256Digest?
    /// The approvers of the sessions that an approver started, by the session's key.
    var approvers: [PublicKey: SHA256Digest] = [:]
    /// The names that expired last, oldest first.
    var expiredNames: [SessionName] = []
    var events: [FrameEvent] = []
    /// When the next session or key ends or has to be announced. Calls end what is due before then by themselves.
    package internal(set) var nextChange = BootInstant.never
    /// A number that changes whenever anything but the events may have changed. A stamp changes nothing.
    package private(set) var revision: UInt64 = 0

    /// Creates an unlocked frame without keys or sessions.
    package init(limits: FrameLimits = FrameLimits()) { self.limits = limits }

    /// Replaces the limits. Sessions and keys beyond the new ones live on to their deadline.
    package mutating func apply(_ limits: FrameLimits) {
        self.limits = limits
        forgetExpiredNames()
        scheduleNextChange()
    }

    /// Takes the events since the last call, oldest first.
    package mutating func takeEvents() -> [FrameEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    /// Whether there are events to take.
    package var hasEvents: Bool { !events.isEmpty }
    /// How many deadlines of injected keys are remembered.
    package var rememberedDeadlineCount: Int { rememberedDeadlines.count }

    /// Ends what is past its time, and announces ends that are near.
    package mutating func advance(to now: BootInstant) {
        guard now >= nextChange else { return }
        pendingKeys = pendingKeys.filter { now < $0.value.dropped }
        if let card = waitingCard, now >= card.dropped { waitingCard = nil }
        if let expiry = embeddedKeyExpiry, now >= expiry { expireEmbeddedKey(at: expiry) }
        announceExpiring(at: now)
        expireSessions(at: now)
        scheduleNextChange()
    }

    /// Computes `nextChange`; called at the end of each change.
    mutating func scheduleNextChange() {
        revision += 1
        var next = embeddedKeyExpiry ?? .never
        for session in sessions { next = min(next, session.nextChange(limits)) }
        for pending in pendingKeys.values { next = min(next, pending.dropped) }
        if let waitingCard { next = min(next, waitingCard.dropped) }
        nextChange = next
        if !approvers.isEmpty {
            approvers = approvers.filter { key, _ in sessions.contains { $0.publicKey == key } }
        }
    }

    private mutating func announceExpiring(at now: BootInstant) {
        for index in sessions.indices
        where !sessions[index].isExpiringAnnounced && now >= sessions[index].nextChange(limits) {
            sessions[index].isExpiringAnnounced = true
            let session = sessions[index]
            guard now < session.deadline else { continue }
            events.append(
                .sessionExpiring(
                    session.name,
                    session.publicKey,
                    expiresInMilliseconds: now.milliseconds(until: session.deadline)
                )
            )
        }
    }

    private mutating func expireSessions(at now: BootInstant) {
        for session in sessions where now >= session.deadline {
            events.append(.sessionExpired(session.name, session.publicKey))
            expiredNames.removeAll { $0 == session.name }
            expiredNames.append(session.name)
        }
        sessions.removeAll { now >= $0.deadline }
        forgetExpiredNames()
    }

    /// Drops the oldest expired names beyond the limit.
    private mutating func forgetExpiredNames() {
        expiredNames.removeFirst(max(0, expiredNames.count - limits.maximumExpiredNames))
    }
}
