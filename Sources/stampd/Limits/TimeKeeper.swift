// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// What has something to do at a moment of its own. The server's timer asks for the earliest moment of all.
protocol TimeKeeper {
    /// When it has something to do; `.never` where nothing waits.
    var nextTime: BootInstant { get }

    /// Does what is due at `now`.
    mutating func keepTime(at now: BootInstant)
}
