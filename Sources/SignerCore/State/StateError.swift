// SPDX-License-Identifier: Apache-2.0

/// Why kept state is not taken over; nothing of it is, then.
package enum StateError: Error, Hashable, Sendable {
    /// Nothing was written, or all of it was wiped.
    case empty
    /// It does not begin as a frame's state does.
    case magic
    case version(UInt32)
    /// Shorter or longer than its counts make it, or than the memory in which it lies.
    case length
    case checksum
    /// Written in another boot of the machine.
    case bootId
    /// Written at a moment of this boot that is still to come.
    case future
    /// More of something than a frame can hold.
    case count
    /// A flag that is neither yes nor no, or something where nothing may be.
    case field
    /// A scalar outside 1 ≤ scalar < n, or a point that is not the scalar's.
    case key
    /// Later than any that a frame grants, or not the one that is remembered for the key.
    case deadline
    case name
    case claim
    /// Two of what there may be one of.
    case duplicate
    /// A credential that is not there, or that nobody uses.
    case reference
    case crypto(CryptoError)
}
