// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Calls back when a signal comes. The signal is blocked for the process, so that it is not lost between two turns.
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
