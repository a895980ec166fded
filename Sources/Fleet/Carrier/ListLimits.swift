// SPDX-License-Identifier: Apache-2.0

/// The limits of one list of a fleet's documents. Without them, a hostile carrier could go on with a list for ever.
struct ListLimits: Sendable {
    /// How many keys or names are read, whatever they are: twice as many as the largest fleet, of 10,000 frames, has.
    var keys = 20_000
    /// How many bytes of documents are kept: 13 KiB for each frame of the largest fleet, where a card with evidence has some
    /// 2 KiB. One courier's documents are at most a 4,000th of it.
    var bytes = 128 << 20
    /// How long a list may be read from etcd: 10,000 ordinary cards come in time at 90 KiB a second.
    var time = Duration.seconds(300)
}
