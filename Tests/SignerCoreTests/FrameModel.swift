// SPDX-License-Identifier: Apache-2.0
@testable import SignerCore

/// What a frame should do, written from its description alone and as plainly as can be: whatever is due happens at its
/// moment, one thing after another.
struct FrameModel {
    struct LiveSession {
        let name: SessionName
        let key: PublicKey
        var deadline: Int64
        var isTold = false
    }

    enum Due {
        case pendingDropped(PublicKey)
        case embeddedKeyEnds
        case sessionEnds(Int)
    }

    var now: Int64
    let maximumSessions: Int
    let maximumPending: Int
    let maximumRemembered: Int
    var isLocked = false
    var embeddedKeyEnd: Int64?
    var sessions: [LiveSession] = []
    var pending: [PublicKey: (name: SessionName, end: Int64)] = [:]
    var remembered: [PublicKey: Int64] = [:]
    var expired: [SessionName] = []
    var events: [FrameEvent] = []

    mutating func pass(to moment: Int64) {
        while let (time, due) = nextDue(), time <= moment {
            switch due {
            case .pendingDropped(let key): pending[key] = nil
            case .embeddedKeyEnds:
                embeddedKeyEnd = nil
                events.append(.embeddedKeyReset)
                let alive = Set(sessions.map(\.key))
                remembered = remembered.filter { alive.contains($0.key) }
            case .sessionEnds(let index):
                let session = sessions.remove(at: index)
                events.append(.sessionExpired(session.name, session.key))
                expired = expired.filter { $0 != session.name } + [session.name]
            }
        }
        now = moment
        tellExpiring()
    }

    /// Sessions end before the embedded key where both end at once: they are not alive any more.
    private func nextDue() -> (Int64, Due)? {
        var all: [(Int64, Due)] = sessions.enumerated().map { ($1.deadline, .sessionEnds($0)) }
        if let embeddedKeyEnd { all.append((embeddedKeyEnd, .embeddedKeyEnds)) }
        all += pending.map { ($1.end, .pendingDropped($0)) }
        return all.min { $0.0 < $1.0 }
    }

    private mutating func tellExpiring() {
        for index in sessions.indices where !sessions[index].isTold && sessions[index].deadline - now <= 60_000_000_000
        {
            sessions[index].isTold = true
            events.append(
                .sessionExpiring(
                    sessions[index].name,
                    sessions[index].key,
                    expiresInMilliseconds: left(sessions[index])
                )
            )
        }
    }

    private func left(_ session: LiveSession) -> Int64 { (session.deadline - now) / 1_000_000 }

    func lifetime(_ asked: Int64?) throws(FrameError) -> Int64 {
        let seconds = asked ?? 900
        guard seconds > 0, seconds <= 86_400 else { throw .invalidExpiration }
        return now + seconds * 1_000_000_000
    }

    func find(_ name: SessionName) throws(FrameError) -> LiveSession {
        if let session = sessions.first(where: { $0.name == name }) { return session }
        if expired.contains(name) { throw .sessionExpired(name) }
        throw .noSession(name)
    }

    mutating func inject(
        _ key: PublicKey,
        as name: SessionName,
        seconds: Int64?,
        expecting: PublicKey?
    ) throws(FrameError) {
        var deadline = try lifetime(seconds)
        if isLocked { throw .locked }
        if embeddedKeyEnd == nil { throw .noEmbeddedKey }
        if let expecting, expecting != key { throw .publicKeyMismatch(key) }
        if let known = remembered[key] {
            if known <= now { throw .sessionExpired(name) }
            deadline = min(deadline, known)
        } else if remembered.count >= maximumRemembered {
            throw .tooManySessions(limit: maximumRemembered, retryAfterMilliseconds: nil)
        }
        try begin(name, key, deadline)
        remembered[key] = deadline
    }

    mutating func activate(_ key: PublicKey, seconds: Int64?) throws(FrameError) {
        let deadline = try lifetime(seconds)
        if isLocked { throw .locked }
        guard let name = pending[key]?.name else { throw .unknownSessionKey(key) }
        try begin(name, key, deadline)
        pending[key] = nil
    }

    private mutating func begin(_ name: SessionName, _ key: PublicKey, _ deadline: Int64) throws(FrameError) {
        if !sessions.contains(where: { $0.name == name }), sessions.count == maximumSessions {
            throw full(sessions.map(\.deadline), maximumSessions)
        }
        for index in sessions.indices where sessions[index].key == key { sessions[index].deadline = deadline }
        end(name) { .sessionEnded($0.name, $0.key) }
        expired.removeAll { $0 == name }
        let session = LiveSession(name: name, key: key, deadline: deadline)
        sessions.append(session)
        events.append(.sessionStarted(name, key, expiresInMilliseconds: left(session)))
        tellExpiring()
    }

    mutating func create(_ key: PublicKey?, for name: SessionName) throws(FrameError) {
        if isLocked { throw .locked }
        let others = pending.filter { $0.value.name != name }
        if others.count == maximumPending { throw full(others.values.map(\.end), maximumPending) }
        pending = others
        if let key { pending[key] = (name, now + 600_000_000_000) }
    }

    /// Full until so many have ended that one more has its place: the first whole millisecond after that.
    private func full(_ ends: [Int64], _ limit: Int) -> FrameError {
        let free = ends.sorted().first { end in ends.filter { $0 > end }.count < limit }
        return .tooManySessions(limit: limit, retryAfterMilliseconds: free.map { ($0 - now) / 1_000_000 + 1 })
    }

    mutating func end(_ name: SessionName, _ event: (LiveSession) -> FrameEvent) {
        for session in sessions where session.name == name { events.append(event(session)) }
        sessions.removeAll { $0.name == name }
    }

    mutating func reject(_ key: PublicKey, _ name: SessionName?) {
        for session in sessions where session.key == key && (name ?? session.name) == session.name {
            end(session.name) { .sessionRejected($0.name, $0.key) }
        }
    }

    mutating func reset() {
        let isEmpty = embeddedKeyEnd == nil && sessions.isEmpty && pending.isEmpty
        events += sessions.map { .sessionEnded($0.name, $0.key) } + (isEmpty ? [] : [.embeddedKeyReset])
        (embeddedKeyEnd, sessions, pending, remembered, expired) = (nil, [], [:], [:], [])
    }

    mutating func setLocked(_ lock: Bool) {
        if lock != isLocked { events.append(lock ? .locked : .unlocked) }
        isLocked = lock
    }
}
