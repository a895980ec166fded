// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The end of the time that one piece of evidence may take, by CLOCK_MONOTONIC.
struct Deadline: Sendable {
    private let milliseconds: Int64

    init(after milliseconds: Int64) { self.milliseconds = Self.now() + milliseconds }

    /// Waits until the descriptor has one of `events` (poll(2)), or hung up.
    ///
    /// - Throws: `.tooLate(step)` if the deadline passes before.
    func wait(for descriptor: CInt, _ events: Int32, _ step: EvidenceFault.Step) throws(EvidenceFault) {
        var ready = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let left = max(0, milliseconds - Self.now())
            let count = unsafe poll(&ready, 1, CInt(clamping: left))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .system(SystemFault(call: "poll", code: errno)) }
            if count == 0, left == 0 { throw .tooLate(step) }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
