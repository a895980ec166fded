// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

extension ConnectionFlow.MonotonicInstant {
    /// The current moment of CLOCK_MONOTONIC.
    static var now: Self {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Self(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

extension BootInstant {
    /// The current moment of CLOCK_BOOTTIME.
    static var now: BootInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
