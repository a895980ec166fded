// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// A stamp that waits for no confirmation any more, and why.
struct EndedConfirmation {
    let stamp: WaitingStamp
    let ending: Ending

    enum Ending: Equatable {
        /// Someone said yes: the stamp is made, if it still may be.
        case allowed
        /// Someone said no.
        case refused
        /// Nobody answered in time.
        case timedOut
        /// The frame stops, or its socket has other rules by now: nobody can answer it.
        case nobody
        /// The frame is locked, its session has ended, or another key has the session's name.
        case unstampable(FrameError)
        /// Its connection has ended, or is not served any more: nobody waits for the stamp.
        case abandoned
    }
}
