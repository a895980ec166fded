// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// An epoll(7) instance whose descriptors have ids that are never used twice.
@safe final class Poller {
    private let descriptor: CInt
    /// The most descriptors reported at once. In an ordinary configuration these are all connections, so that all that
    /// are ready are known before one gets its turn.
    private static let maximumReady = 1024
    private var ready = unsafe [epoll_event](repeating: epoll_event(), count: maximumReady)

    init() throws(SystemError) {
        descriptor = try checkLibc(epoll_create1(CInt(EPOLL_CLOEXEC)), "epoll_create1")
    }

    deinit { close(descriptor) }

    /// Watches a descriptor. `id` is reported with its events and never used for another descriptor, so that a
    /// descriptor's number that is closed and reused cannot be mistaken for the old one.
    func add(_ watched: CInt, events: UInt32, id: UInt64) throws(SystemError) {
        try control(EPOLL_CTL_ADD, watched, events, id)
    }

    func modify(_ watched: CInt, events: UInt32, id: UInt64) { try? control(EPOLL_CTL_MOD, watched, events, id) }

    func remove(_ watched: CInt) { try? control(EPOLL_CTL_DEL, watched, 0, 0) }

    /// Waits until something is ready, or only checks if `isBusy`. Calls back for at most `maximumReady` descriptors,
    /// with the time at which it woke up; the others are reported next time.
    func wait(isBusy: Bool, _ onReady: (_ id: UInt64, _ events: UInt32, _ now: BootInstant) -> Void) {
        let count = unsafe epoll_wait(descriptor, &ready, CInt(Self.maximumReady), isBusy ? 0 : -1)
        let now = BootInstant.now
        for index in 0..<Int(max(count, 0)) {
            let event = unsafe ready[index]
            unsafe onReady(event.data.u64, event.events, now)
        }
    }

    private func control(_ operation: CInt, _ watched: CInt, _ events: UInt32, _ id: UInt64) throws(SystemError) {
        var event = unsafe epoll_event(events: events, data: epoll_data(u64: id))
        try unsafe checkLibc(epoll_ctl(descriptor, operation, watched, &event), "epoll_ctl")
    }
}
