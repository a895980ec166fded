// SPDX-License-Identifier: Apache-2.0
import Glibc

/// CLOCK_REALTIME, which may be set. Used for the time in payloads, and for hours of the day.
enum WallClock {
    /// Returns the milliseconds since 1970, UTC.
    static func milliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
