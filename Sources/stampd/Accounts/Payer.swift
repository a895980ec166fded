// SPDX-License-Identifier: Apache-2.0

/// The unit for which calls and waiting stamps are counted: an account, and for a stamping proxy each of its delegates
/// separately.
struct Payer: Hashable, Sendable {
    let account: Account
    /// The delegate named by a peer that `mayName` lists; nil for every other peer.
    var delegate: String?
}
