// SPDX-License-Identifier: Apache-2.0

/// The reasons to refuse a kept state. Nothing of the state is then restored.
package enum StateError: Error, Hashable, Sendable {
    /// No state was written, or all of it was wiped.
    case empty
    /// The first bytes are not those of a frame's state.
    case magic
    case version(UInt32)
    /// The length differs from what the counts imply, or exceeds the memory.
    case length
    case checksum
    /// The state was written in another boot of the machine.
    case bootId
    /// The state was written at a moment that is still to come.
    case future
    /// A count exceeds what a frame can hold.
    case count
    /// A flag is neither 0 nor 1, or a field that must be empty is not.
    case field
    /// A scalar is not in 1 ≤ scalar < n, or a point does not belong to its scalar.
    case key
    /// A deadline is later than any that a frame grants, or differs from the one remembered for its key.
    case deadline
    case name
    case claim
    /// Something unique occurs twice.
    case duplicate
    /// A reference names a credential that is not there, or a credential is not referred to.
    case reference
    case crypto(CryptoError)
}
