// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Something that has work to do at a certain moment. The server's timer asks for the earliest moment of all.
protocol TimeKeeper {
    /// When it has work to do; `.never` if it has none.
    var nextTime: BootInstant { get }

    /// Does the work that is due at `now`.
    mutating func keepTime(at now: BootInstant)
}
