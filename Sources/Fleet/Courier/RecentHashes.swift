// SPDX-License-Identifier: Apache-2.0

/// The hashes of some documents, up to a limit; the oldest are forgotten first.
struct RecentHashes: Sendable {
    /// A carrier that hands out more, one after another, is hostile: some are then reported again.
    static let limit = 64

    private var hashes: [CardHash] = []

    func contains(_ hash: CardHash) -> Bool { hashes.contains(hash) }

    mutating func insert(_ hash: CardHash) {
        guard !contains(hash) else { return }
        hashes.append(hash)
        if hashes.count > Self.limit { hashes.removeFirst() }
    }
}
