// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Calls back while a descriptor is ready for one of `events` (epoll(7)'s bits).
@safe final class IOSource {
    private var source: OpaquePointer?
    private let onReady: (UInt32) -> Void

    /// Begins to watch a descriptor. `onReady` gets the bits that are set, and may end this source.
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

    /// The bits to wait for. Errors and hang-up are always reported.
    var events: UInt32 {
        didSet {
            if events != oldValue { unsafe _ = sd_event_source_set_io_events(source, events) }
        }
    }

    /// Whether the source waits; one that does not reports not even errors.
    var isEnabled = true {
        didSet {
            guard isEnabled != oldValue else { return }
            unsafe _ = sd_event_source_set_enabled(source, isEnabled ? Int32(SD_EVENT_ON) : Int32(SD_EVENT_OFF))
        }
    }
}
