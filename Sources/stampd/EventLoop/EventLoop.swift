// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import SignerCore

/// sd-event's loop: one thread, no tasks. Sources live as long as the objects that stand for them.
@safe final class EventLoop {
    fileprivate let event: OpaquePointer

    init() throws(SystemError) {
        var event: OpaquePointer?
        try unsafe checkSystemd(sd_event_new(&event), "sd_event_new")
        guard let event = unsafe event else { throw SystemError(call: "sd_event_new", code: ENOMEM) }
        unsafe self.event = event
    }

    deinit { unsafe sd_event_unref(event) }

    /// Runs until `exit`; returns its code.
    func run() throws(SystemError) -> Int32 {
        let code = unsafe sd_event_loop(event)
        guard code >= 0 else { throw SystemError(call: "sd_event_loop", code: -code) }
        return code
    }

    /// Ends `run` after the source that is being dispatched.
    func exit(_ code: Int32) { unsafe _ = sd_event_exit(event, code) }
}

/// Calls back while a descriptor is ready for one of `events` (epoll(7)'s bits).
@safe final class IOSource {
    private var source: OpaquePointer?
    private let onReady: (UInt32) -> Void

    /// `onReady` gets the bits that hold; it may end this source.
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
    private var source: OpaquePointer?
    private let onTime: () -> Void
    /// When it calls; `.never` while it is off.
    private(set) var time = BootInstant.never

    init(_ loop: EventLoop, onTime: @escaping () -> Void) throws(SystemError) {
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

/// Calls back once a turn of the loop, as long as it is on.
@safe final class DeferredSource {
    private var source: OpaquePointer?
    private let onTurn: () -> Void

    init(_ loop: EventLoop, onTurn: @escaping () -> Void) throws(SystemError) {
        self.onTurn = onTurn
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let result = unsafe sd_event_add_defer(
            loop.event,
            &source,
            { _, context in
                guard let context = unsafe context else { return -EINVAL }
                unsafe Unmanaged<DeferredSource>.fromOpaque(context).takeUnretainedValue().onTurn()
                return 0
            },
            context
        )
        try checkSystemd(result, "sd_event_add_defer")
        unsafe sd_event_source_set_enabled(source, Int32(SD_EVENT_OFF))
    }

    deinit { unsafe sd_event_source_disable_unref(source) }

    var isEnabled = false {
        didSet {
            guard isEnabled != oldValue else { return }
            unsafe _ = sd_event_source_set_enabled(source, isEnabled ? Int32(SD_EVENT_ON) : Int32(SD_EVENT_OFF))
        }
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
