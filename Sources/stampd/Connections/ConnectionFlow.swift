// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The state machine of one connection: what may happen on it next, and when it times out.
///
/// Pure: each method takes what happened and returns what the loop must do.
struct ConnectionFlow: ~Copyable {
    /// What the loop must do with the connection.
    enum Action: Equatable {
        /// Wait for bytes from the peer.
        case read
        /// Wait for nothing: the peer's bytes stay in the kernel.
        case pause
        /// Give it a turn, because bytes wait in the frame.
        case queue
        /// Wait until the peer takes what was written.
        case write
        /// Half-close the connection, then discard what the peer still sends.
        case halfClose
        case close
    }

    enum Phase: Equatable {
        /// Waits for bytes from the peer; while paused, they stay in the kernel.
        case reading(isPaused: Bool)
        /// Received bytes wait for their turn.
        case queued
        /// Replies or events wait for the peer to take them.
        case writing
        /// Its stamp waits for a confirmation. Later calls wait here and in the kernel, and no time-out applies.
        case confirming
        /// Everything was sent, and the connection is half-closed.
        case closing
    }

    /// What the peer is sent.
    enum Role: Equatable {
        /// An answer to each call.
        case served
        /// One error, in answer to its first call.
        case refused
        /// Events; what it sends is not read any more.
        case watching
    }

    /// Why a connection has timed out.
    enum Timeout: Equatable {
        case idle
        /// A message is not complete.
        case message
        /// Replies are not taken.
        case reply
    }

    /// A moment of CLOCK_MONOTONIC, which stops in suspend, when peers cannot take replies.
    struct MonotonicInstant: Equatable, Comparable {
        let nanoseconds: Int64
        static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    }

    private(set) var phase = Phase.reading(isPaused: false)
    private(set) var role: Role
    /// Whether the peer sends no more. What it sent is still answered.
    private(set) var isInputEnded = false
    /// Whether no further call is answered. What was written is sent, then the connection ends.
    private(set) var isFinishing = false
    /// Whether its first call is a stamp that waits for a confirmation.
    private(set) var isConfirming = false
    /// When something last happened.
    private(set) var lastActivity: BootInstant
    /// How long its incomplete message has taken so far, and since when that time runs; nil if there is none.
    private var message: Clock?
    /// Since when the peer takes nothing of what waits; nil if nothing waits, and for a watcher.
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
    /// Whether it waits for the peer's next call, of which nothing has come.
    var isIdle: Bool { phase == .reading(isPaused: false) && message == nil }

    /// Records that bytes came.
    mutating func received(at now: BootInstant) -> Action {
        guard phase != .closing else { return .read }
        lastActivity = now
        phase = .queued
        return .queue
    }

    /// Records that the peer sends no more.
    mutating func inputEnded() -> Action {
        isInputEnded = true
        guard phase != .closing else { return .close }
        phase = .queued
        return .queue
    }

    /// Records that a turn is over.
    ///
    /// `hasMore` says that complete messages may be left, `hasBegun` that part of an incomplete one is there,
    /// `consumed` that a message was answered; the peer has not taken `outputByteCount` bytes yet.
    mutating func served(
        hasMore: Bool,
        hasBegun: Bool,
        consumed: Bool,
        outputByteCount: Int,
        at now: BootInstant,
        _ monotonic: MonotonicInstant
    ) -> Action {
        if consumed || !hasBegun || !isServed { message = nil }
        guard outputByteCount == 0 else {
            if replyStart == nil, !isWatching { replyStart = monotonic }
            stopClock(at: now)
            phase = .writing
            return .write
        }
        return proceed(hasMore: hasMore, hasBegun: hasBegun, at: now)
    }

    /// Records that the peer took some of what waited.
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

    /// Stops reading, because the frame has no memory for more of the message. The message's time stops too.
    mutating func pause(at now: BootInstant) -> Action {
        stopClock(at: now)
        phase = .reading(isPaused: true)
        return .pause
    }

    /// Goes on reading.
    mutating func resume(at now: BootInstant) -> Action {
        guard isPaused, !isWatching else { return .pause }
        message?.resumed = now
        phase = .reading(isPaused: false)
        return .read
    }

    /// Extends the time limits by a time in which the frame itself did not run, for which its peers are not to blame.
    ///
    /// - Parameters:
    ///   - nanoseconds: The time by CLOCK_BOOTTIME.
    ///   - monotonicNanoseconds: The time by CLOCK_MONOTONIC, which does not count suspend.
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

    /// Records that its next call is a stamp that waits for a confirmation. Nothing else is read or answered before
    /// that.
    mutating func confirm() {
        isConfirming = true
        message = nil
    }

    /// Records that the stamp's wait is over; it is answered next.
    mutating func endConfirming(at now: BootInstant) {
        isConfirming = false
        lastActivity = now
    }

    /// Makes the connection a watcher, which is sent events.
    mutating func watch() { role = .watching }

    /// Makes the next call be answered with an error, after which the connection ends.
    mutating func refuse(at now: BootInstant) {
        role = .refused
        lastActivity = now
        message = nil
        isConfirming = false
    }

    /// Makes no further call be answered.
    mutating func finish() { isFinishing = true }

    /// Records that events were sent to a watcher; `outputByteCount` bytes wait.
    mutating func told(outputByteCount: Int, at now: BootInstant) -> Action {
        if phase != .writing { lastActivity = now }
        guard outputByteCount > 0 else { return .pause }
        phase = .writing
        return .write
    }

    /// Returns when the connection times out, by CLOCK_BOOTTIME. `monotonicOffset` is CLOCK_BOOTTIME minus
    /// CLOCK_MONOTONIC in nanoseconds, as of now.
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

    /// Returns why the connection has timed out; nil if it has not.
    func timeout(_ limits: ConnectionLimits, monotonicOffset: Int64, at now: BootInstant) -> Timeout? {
        guard now >= deadline(limits, monotonicOffset: monotonicOffset) else { return nil }
        if replyStart != nil { return .reply }
        return now >= messageDeadline(limits) ? .message : .idle
    }
}
