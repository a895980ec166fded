// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Server {
    /// Says that calls are answered from now on; the loop's first turn follows.
    func tellReady() {
        serviceManager.tellReady()
        noteStatusChange()
        serviceManager.keepTime(frame, at: .now)
        schedule(serviceManager.nextTime)
    }

    /// The status is told in the loop's next turn, or once it may be.
    func noteStatusChange() {
        serviceManager.noteChange()
        schedule(serviceManager.nextTime)
    }

    /// At the end of each turn: the manager hears of what was lost in it.
    func noteLosses() {
        serviceManager.noteLosses(lostCount)
        schedule(serviceManager.nextTime)
    }

    /// Records that no journal took, and lines that standard error did not take.
    var lostCount: Int64 { audit.lostCount + log.lostCount }
}
