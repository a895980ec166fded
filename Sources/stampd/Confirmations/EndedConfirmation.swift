// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// A stamp whose wait for a confirmation ended, and why.
struct EndedConfirmation {
    let stamp: WaitingStamp
    let ending: Ending

    enum Ending: Equatable {
        /// A person confirmed: the stamp is made, if it still may be.
        case allowed
        /// A person refused.
        case refused
        /// No answer came in time.
        case timedOut
        /// The frame stops, or its socket has other rules now, so the question cannot be answered.
        case nobody
        /// The frame is locked, the session has ended, or another key has the session's name.
        case unstampable(FrameError)
        /// The connection has ended, or is not served any more, so the stamp is not needed.
        case abandoned
    }
}
