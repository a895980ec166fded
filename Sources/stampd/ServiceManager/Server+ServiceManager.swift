// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension Server {
    /// Says that calls are answered from now on; the loop's first turn follows.
    func tellReady() {
        serviceManager.tellReady()
        noteStatusChange()
        serviceManager.tellStatus(of: frame, at: .now)
    }

    /// The status is told in the loop's next turn, or once it may be.
    func noteStatusChange() {
        serviceManager.noteChange()
        schedule(serviceManager.nextChange)
    }
}
