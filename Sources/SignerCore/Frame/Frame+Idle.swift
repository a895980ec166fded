// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Whether the frame can be stopped without a loss: no session lives, no generated key or card waits, and no embedded
    /// key exists that a bundle might be on its way to.
    ///
    /// A locked frame cannot, because the next one would start unlocked.
    package var isDispensable: Bool {
        sessions.isEmpty && pendingKeys.isEmpty && waitingCard == nil && !hasEmbeddedKey && !isLocked
    }
}
