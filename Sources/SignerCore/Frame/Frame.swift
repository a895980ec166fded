// SPDX-License-Identifier: Apache-2.0

/// One embedded key and the sessions it unlocked: every state that a frame has, and every way it changes.
///
/// Pure: time comes in as a value with each call, and what happened goes out through `takeEvents`.
package struct Frame: ~Copyable {
    package private(set) var limits: FrameLimits
    package internal(set) var isLocked = false {
        didSet { revision += 1 }
    }
    var embeddedKey: EmbeddedKey?
    var sessions: [Session] = []
    var pendingKeys: [PublicKey: PendingKey] = [:]
    /// Deadlines of injected keys, those that have passed too: the same key never gets a later one.
    var rememberedDeadlines: [PublicKey: BootInstant] = [:]
    /// The last names that expired, oldest first.
    var expiredNames: [SessionName] = []
    var events: [FrameEvent] = []
    /// When something ends or has to be announced; what is due earlier is done at each call anyway.
    package internal(set) var nextChange = BootInstant.never
    /// Another number whenever anything but the events may have changed; a stamp changes nothing.
    package private(set) var revision: UInt64 = 0

    package init(limits: FrameLimits = FrameLimits()) { self.limits = limits }

    /// Holds its callers to other limits from now on. What goes beyond them already lives on to its deadline.
    package mutating func apply(_ limits: FrameLimits) {
        self.limits = limits
        forgetExpiredNames()
        scheduleNextChange()
    }

    /// The events since the last call, oldest first.
    package mutating func takeEvents() -> [FrameEvent] {
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    package var hasEvents: Bool { !events.isEmpty }
    package var rememberedDeadlineCount: Int { rememberedDeadlines.count }

    /// Ends what is past its time and announces what soon will be.
    package mutating func advance(to now: BootInstant) {
        guard now >= nextChange else { return }
        pendingKeys = pendingKeys.filter { now < $0.value.dropped }
        if let expiry = embeddedKeyExpiry, now >= expiry { expireEmbeddedKey(at: expiry) }
        announceExpiring(at: now)
        expireSessions(at: now)
        scheduleNextChange()
    }

    /// At the end of each change.
    mutating func scheduleNextChange() {
        revision += 1
        var next = embeddedKeyExpiry ?? .never
        for session in sessions { next = min(next, session.nextChange(limits)) }
        for pending in pendingKeys.values { next = min(next, pending.dropped) }
        nextChange = next
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

    /// The last names that expired are kept, as many as may be.
    private mutating func forgetExpiredNames() {
        expiredNames.removeFirst(max(0, expiredNames.count - limits.maximumExpiredNames))
    }
}
