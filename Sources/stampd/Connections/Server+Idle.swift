// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Server {
    /// When the frame ends because nobody needs it; `.never` while somebody is connected, or it holds what would be missed.
    var idleExitTime: BootInstant {
        guard let exitOnIdleSeconds = configuration.exitOnIdleSeconds, !isDraining, polled.isEmpty, frame.isDispensable
        else { return .never }
        return lastConnectionEnd.adding(seconds: exitOnIdleSeconds)
    }

    /// The last connection is gone: the time without one begins.
    func noteNoConnection() {
        lastConnectionEnd = .now
        schedule(idleExitTime)
    }

    func exitWhenIdle(at now: BootInstant) {
        guard now >= idleExitTime else { return }
        log.write(.notice, "nobody needs this frame: it ends until the next connection")
        beginDrain()
    }
}
