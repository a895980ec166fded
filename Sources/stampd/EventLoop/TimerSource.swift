// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import SignerCore

/// Calls back once at a moment of CLOCK_BOOTTIME, which counts suspend.
@safe final class TimerSource {
    private let loop: EventLoop
    private var source: OpaquePointer?
    private let onTime: () -> Void
    /// When it calls back; `.never` while it is off.
    private(set) var time = BootInstant.never
    /// When the running callback was due; `.never` outside of one.
    private(set) var lastTime = BootInstant.never

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
                timer.lastTime = timer.time
                timer.time = .never
                timer.onTime()
                timer.lastTime = .never
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
        // Rounded up: woken too early, the loop would find nothing to do.
        let microseconds = UInt64(max(0, time.nanoseconds)) / 1000 + 1
        unsafe sd_event_source_set_time(source, microseconds)
        unsafe sd_event_source_set_enabled(source, Int32(SD_EVENT_ONESHOT))
    }
}
