// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The state machine of one connection: what may happen on it next, and when it ends unless something does.
///
/// Pure: each method takes what happened and returns what the loop must do.
struct ConnectionFlow: ~Copyable {
    /// What the loop must do with the connection.
    enum Action: Equatable {
        /// Wait for bytes of the peer.
        case read
        /// Wait for nothing: the peer's bytes stay in the kernel.
        case pause
        /// Give it a turn: bytes wait here.
        case queue
        /// Wait until the peer takes what was written.
        case write
        /// Tell the peer that no more comes, then throw away what it still sends.
        case halfClose
        case close
    }

    enum Phase: Equatable {
        /// The peer's bytes are awaited; paused, they wait in the kernel.
        case reading(isPaused: Bool)
        /// Bytes that were received wait for their turn.
        case queued
        /// Replies or events wait for the peer to take them.
        case writing
        /// Its stamp waits for a confirmation: what is behind it waits here and in the kernel, and no time ends it.
        case confirming
        /// Everything was sent, and the peer was told that no more comes.
        case closing
    }

    /// What the peer gets.
    enum Role: Equatable {
        /// An answer to each call.
        case served
        /// One error, to its first call.
        case refused
        /// Events; what it sends is not read any more.
        case watching
    }

    /// Why a connection is over.
    enum Timeout: Equatable {
        case idle
        /// A message that is not whole.
        case message
        /// Replies that are not taken.
        case reply
    }

    /// A moment of CLOCK_MONOTONIC: a suspended machine's peers take no replies.
    struct MonotonicInstant: Equatable, Comparable {
        let nanoseconds: Int64
        static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    }

    private(set) var phase = Phase.reading(isPaused: false)
    private(set) var role: Role
    /// The peer sends no more. What it sent is still answered.
    private(set) var isInputEnded = false
    /// No further call is answered: what was written is sent, then the connection ends.
    private(set) var isFinishing = false
    /// Its first call is a stamp that waits for a confirmation.
    private(set) var isConfirming = false
    /// When something last happened.
    private(set) var lastActivity: BootInstant
    /// The time that its unfinished message has had so far, and since when it has more; nil where there is none.
    private var message: Clock?
    /// Since when the peer takes nothing of what waits; nil where nothing waits, or it is a watcher.
    private var replyStart: MonotonicInstant?

    private struct Clock {
        var elapsedNanoseconds: Int64 = 0
        /// Nil while the frame does not read.
        var resumed: BootInstant?
    }

    init(_ role: Role, at now: BootInstant) {
        self.role = role
        lastActivity = now
    }

    var isServed: Bool { role == .served && !isFinishing }
    var isRefused: Bool { role == .refused && !isFinishing }
    var isWatching: Bool { role == .watching }
    var isPaused: Bool { phase == .reading(isPaused: true) }
    var isQueued: Bool { phase == .queued }
    /// Whether it waits for the peer's next call, and nothing of it is here.
    var isIdle: Bool { phase == .reading(isPaused: false) && message == nil }

    /// Bytes came.
    mutating func received(at now: BootInstant) -> Action {
        guard phase != .closing else { return .read }
        lastActivity = now
        phase = .queued
        return .queue
    }

    /// The peer sends no more.
    mutating func inputEnded() -> Action {
        isInputEnded = true
        guard phase != .closing else { return .close }
        phase = .queued
        return .queue
    }

    /// A turn is over.
    ///
    /// `hasMore` says that whole messages may be left, `hasBegun` that bytes of one that is not whole are, `consumed` that a
    /// message was answered; the peer has not taken `outputByteCount` bytes yet.
    mutating func served(
        hasMore: Bool,
        hasBegun: Bool,
        consumed: Bool,
        outputByteCount: Int,
        at now: BootInstant,
        _ monotonic: @autoclosure () -> MonotonicInstant
    ) -> Action {
        if consumed || !hasBegun || !isServed { message = nil }
        guard outputByteCount == 0 else {
            if replyStart == nil, !isWatching { replyStart = monotonic() }
            stopClock(at: now)
            phase = .writing
            return .write
        }
        return proceed(hasMore: hasMore, hasBegun: hasBegun, at: now)
    }

    /// The peer took some of what waited.
    mutating func flushed(outputByteCount: Int, at now: BootInstant, _ monotonic: MonotonicInstant) -> Action {
        lastActivity = now
        guard outputByteCount == 0 else {
            if !isWatching { replyStart = monotonic }
            return .write
        }
        replyStart = nil
        // Calls that came before may wait here.
        return proceed(hasMore: true, hasBegun: false, at: now)
    }

    private mutating func proceed(hasMore: Bool, hasBegun: Bool, at now: BootInstant) -> Action {
        if isFinishing {
            guard !isInputEnded else { return .close }
            phase = .closing
            lastActivity = now
            return .halfClose
        }
        if isWatching {
            phase = .reading(isPaused: true)
            return .pause
        }
        if isConfirming {
            phase = .confirming
            return .pause
        }
        if hasMore {
            phase = .queued
            return .queue
        }
        guard !isInputEnded else { return .close }
        if hasBegun {
            var clock = message ?? Clock()
            clock.resumed = clock.resumed ?? now
            message = clock
        }
        phase = .reading(isPaused: false)
        return .read
    }

    /// The frame has no room for more of its message: the message's clock stands still.
    mutating func pause(at now: BootInstant) -> Action {
        stopClock(at: now)
        phase = .reading(isPaused: true)
        return .pause
    }

    /// There is room again.
    mutating func resume(at now: BootInstant) -> Action {
        guard isPaused, !isWatching else { return .pause }
        message?.resumed = now
        phase = .reading(isPaused: false)
        return .read
    }

    /// The frame itself did not run for so long: nothing of that is the peer's.
    ///
    /// - Parameters:
    ///   - nanoseconds: Of CLOCK_BOOTTIME.
    ///   - monotonicNanoseconds: Of CLOCK_MONOTONIC, which a suspended machine does not count.
    mutating func forgive(nanoseconds: Int64, monotonicNanoseconds: Int64) {
        if let resumed = message?.resumed {
            message?.resumed = BootInstant(nanoseconds: resumed.nanoseconds + nanoseconds)
        }
        replyStart = replyStart.map { MonotonicInstant(nanoseconds: $0.nanoseconds + monotonicNanoseconds) }
    }

    private mutating func stopClock(at now: BootInstant) {
        guard let resumed = message?.resumed else { return }
        message?.elapsedNanoseconds += max(0, now.nanoseconds - resumed.nanoseconds)
        message?.resumed = nil
    }

    /// Its next call is a stamp that waits for a confirmation from now on: nothing is read or answered before.
    mutating func confirm() {
        isConfirming = true
        message = nil
    }

    /// The stamp waits no more, and is answered next.
    mutating func endConfirming(at now: BootInstant) {
        isConfirming = false
        lastActivity = now
    }

    /// Sends events from now on.
    mutating func watch() { role = .watching }

    /// Answers the next call with an error, then ends.
    mutating func refuse(at now: BootInstant) {
        role = .refused
        lastActivity = now
        message = nil
        isConfirming = false
    }

    /// Answers no further call.
    mutating func finish() { isFinishing = true }

    /// Events were sent to a watcher: `outputByteCount` bytes wait.
    mutating func told(outputByteCount: Int, at now: BootInstant) -> Action {
        if phase != .writing { lastActivity = now }
        guard outputByteCount > 0 else { return .pause }
        phase = .writing
        return .write
    }

    /// When it ends unless something happens, on CLOCK_BOOTTIME; `monotonicOffset` is CLOCK_BOOTTIME less CLOCK_MONOTONIC
    /// in nanoseconds, as it is now.
    func deadline(_ limits: ConnectionLimits, monotonicOffset: Int64) -> BootInstant {
        let idle = lastActivity.adding(seconds: limits.idleTimeoutSeconds)
        if phase == .closing || isRefused { return lastActivity.adding(seconds: limits.messageTimeoutSeconds) }
        if isWatching { return phase == .writing ? idle : .never }
        if phase == .confirming { return .never }
        if let replyStart {
            let start = BootInstant(nanoseconds: replyStart.nanoseconds + monotonicOffset)
            return min(idle, start.adding(seconds: limits.replyTimeoutSeconds))
        }
        return isPaused ? .never : min(idle, messageDeadline(limits))
    }

    private func messageDeadline(_ limits: ConnectionLimits) -> BootInstant {
        guard let message, let resumed = message.resumed else { return .never }
        let end = resumed.adding(seconds: limits.messageTimeoutSeconds)
        return BootInstant(nanoseconds: end.nanoseconds - message.elapsedNanoseconds)
    }

    /// Why its time is over; nil where it is not.
    func timeout(_ limits: ConnectionLimits, monotonicOffset: Int64, at now: BootInstant) -> Timeout? {
        guard now >= deadline(limits, monotonicOffset: monotonicOffset) else { return nil }
        if replyStart != nil { return .reply }
        return now >= messageDeadline(limits) ? .message : .idle
    }
}
