// SPDX-License-Identifier: Apache-2.0

/// How far an approval has got.
package struct ApprovalProgress: Sendable, Hashable {
    package enum Phase: String, Sendable, Hashable {
        case registering = "registering keys"
        case signing = "signing"
        case publishing = "publishing"
        case awaiting = "waiting for receipts"
    }

    package let phase: Phase
    package let done: Int
    package let total: Int
}
