// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

extension BootInstant {
    /// CLOCK_BOOTTIME, read now.
    static var now: BootInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
