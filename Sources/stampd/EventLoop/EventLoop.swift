// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSystemd
import Glibc
import SignerCore

/// One thread, no tasks: sd-event's sources (listening sockets, timers, signals), and beside them the connections.
///
/// The thread sleeps in an epoll(7) of the connections, in which sd-event's own epoll is one member: a call then costs the
/// system calls of a bare loop, where sd-event by itself would turn round once for each descriptor that is ready.
@safe final class EventLoop {
    fileprivate let event: OpaquePointer
    let connections: Poller
    private var exitCode: Int32?
    /// Whether sd-event waits for its sources (sd_event_prepare(3) went before).
    private var isArmed = false
    /// A timer was set since sd-event armed them.
    fileprivate var mustRearm = true

    /// Sources that are dispatched before the connections have their turn.
    private static let sourcesPerTurn = 8
    /// sd-event's own name among the connections, whose names begin at 1.
    private static let sourcesId: UInt64 = 0

    init() throws(SystemError) {
        connections = try Poller()
        var event: OpaquePointer?
        try unsafe checkSystemd(sd_event_new(&event), "sd_event_new")
        guard let event = unsafe event else { throw SystemError(call: "sd_event_new", code: ENOMEM) }
        unsafe self.event = event
        try unsafe connections.add(sd_event_get_fd(event), events: CLinuxReadable, id: Self.sourcesId)
    }

    deinit { unsafe sd_event_unref(event) }

    /// Runs until `exit`; returns its code.
    ///
    /// `onReady` gets a connection's name and epoll(7)'s bits; `onTurn` comes after all that were ready, and says whether
    /// it left something to do, so that the loop does not sleep.
    func run(
        onReady: (_ id: UInt64, _ events: UInt32) -> Void,
        onTurn: () -> Bool
    ) throws(SystemError) -> Int32 {
        var isBusy = false
        while true {
            if mustRearm { try dispatchSources() }
            if let exitCode { return exitCode }
            var areSourcesReady = false
            connections.wait(isBusy: isBusy || mustRearm) { id, events in
                if id == Self.sourcesId { areSourcesReady = true } else { onReady(id, events) }
            }
            if areSourcesReady { try dispatchSources() }
            isBusy = onTurn()
        }
    }

    /// Ends `run`.
    func exit(_ code: Int32) {
        exitCode = code
        mustRearm = true
    }

    private func dispatchSources() throws(SystemError) {
        for _ in 0..<Self.sourcesPerTurn where exitCode == nil {
            mustRearm = false
            if isArmed {
                isArmed = false
                try unsafe dispatchPending(sd_event_wait(event, 0), "sd_event_wait")
            }
            let isPending = try unsafe dispatchPending(sd_event_prepare(event), "sd_event_prepare")
            isArmed = !isPending
            if isArmed, !mustRearm { return }
        }
        mustRearm = true
    }

    @discardableResult
    private func dispatchPending(_ result: Int32, _ call: StaticString) throws(SystemError) -> Bool {
        try checkSystemd(result, call)
        guard result > 0 else { return false }
        try unsafe checkSystemd(sd_event_dispatch(event), "sd_event_dispatch")
        return true
    }
}

/// Calls back while a descriptor is ready for one of `events` (epoll(7)'s bits).
@safe final class IOSource {
    private var source: OpaquePointer?
    private let onReady: (UInt32) -> Void

    /// `onReady` gets the bits that hold. It may end this source.
    init(
        _ loop: EventLoop,
        descriptor: CInt,
        events: UInt32,
        onReady: @escaping (UInt32) -> Void
    ) throws(SystemError) {
        self.onReady = onReady
        self.events = events
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let result = unsafe sd_event_add_io(
            loop.event,
            &source,
            descriptor,
            events,
            { _, _, events, context in
                guard let context = unsafe context else { return -EINVAL }
                unsafe Unmanaged<IOSource>.fromOpaque(context).takeUnretainedValue().onReady(events)
                return 0
            },
            context
        )
        try checkSystemd(result, "sd_event_add_io")
    }

    deinit { unsafe sd_event_source_disable_unref(source) }

    /// What is waited for. Errors and hang-up are always told.
    var events: UInt32 {
        didSet {
            if events != oldValue { unsafe _ = sd_event_source_set_io_events(source, events) }
        }
    }

    /// A source that is off waits for nothing, not even errors.
    var isEnabled = true {
        didSet {
            guard isEnabled != oldValue else { return }
            unsafe _ = sd_event_source_set_enabled(source, isEnabled ? Int32(SD_EVENT_ON) : Int32(SD_EVENT_OFF))
        }
    }
}

/// Calls back once at a moment of CLOCK_BOOTTIME, so that suspend counts.
@safe final class TimerSource {
    private let loop: EventLoop
    private var source: OpaquePointer?
    private let onTime: () -> Void
    /// When it calls; `.never` while it is off.
    private(set) var time = BootInstant.never

    init(_ loop: EventLoop, onTime: @escaping () -> Void) throws(SystemError) {
        self.loop = loop
        self.onTime = onTime
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let result = unsafe sd_event_add_time(
            loop.event,
            &source,
            CLOCK_BOOTTIME,
            .max,
            Self.accuracyMicroseconds,
            { _, _, context in
                guard let context = unsafe context else { return -EINVAL }
                let timer = unsafe Unmanaged<TimerSource>.fromOpaque(context).takeUnretainedValue()
                timer.time = .never
                timer.onTime()
                return 0
            },
            context
        )
        try checkSystemd(result, "sd_event_add_time")
        unsafe sd_event_source_set_priority(source, -10)
        unsafe sd_event_source_set_enabled(source, Int32(SD_EVENT_OFF))
    }

    deinit { unsafe sd_event_source_disable_unref(source) }

    private static let accuracyMicroseconds: UInt64 = 1000

    func arm(at time: BootInstant) {
        self.time = time
        loop.mustRearm = true
        guard time != .never else {
            unsafe _ = sd_event_source_set_enabled(source, Int32(SD_EVENT_OFF))
            return
        }
        // Rounded up: woken early, the loop would find nothing to do and turn round.
        let microseconds = UInt64(max(0, time.nanoseconds)) / 1000 + 1
        unsafe sd_event_source_set_time(source, microseconds)
        unsafe sd_event_source_set_enabled(source, Int32(SD_EVENT_ONESHOT))
    }
}

/// Calls back when a signal comes; it is blocked for the process, so that it is never lost between two turns.
@safe final class SignalSource {
    private var source: OpaquePointer?
    private let onSignal: () -> Void

    init(_ loop: EventLoop, _ signal: CInt, onSignal: @escaping () -> Void) throws(SystemError) {
        self.onSignal = onSignal
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, signal)
        unsafe sigprocmask(SIG_BLOCK, &set, nil)
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let result = unsafe sd_event_add_signal(
            loop.event,
            &source,
            signal,
            { _, _, context in
                guard let context = unsafe context else { return -EINVAL }
                unsafe Unmanaged<SignalSource>.fromOpaque(context).takeUnretainedValue().onSignal()
                return 0
            },
            context
        )
        try checkSystemd(result, "sd_event_add_signal")
        unsafe sd_event_source_set_priority(source, -20)
    }

    deinit { unsafe sd_event_source_disable_unref(source) }
}

extension BootInstant {
    /// CLOCK_BOOTTIME, read now.
    static var now: BootInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
