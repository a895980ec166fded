// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Whether nobody would miss it: no session lives, no generated key waits, and the embedded key, if there is one, was
    /// given to nobody, so that no bundle sealed to it can be on its way.
    ///
    /// A lock is missed too: the next frame would begin without it.
    package var isDispensable: Bool { sessions.isEmpty && pendingKeys.isEmpty && !hasEmbeddedKey && !isLocked }
}
