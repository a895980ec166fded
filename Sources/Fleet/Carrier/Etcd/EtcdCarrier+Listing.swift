// SPDX-License-Identifier: Apache-2.0

/// Reads all documents of a kind, page by page.
extension EtcdCarrier {
    /// How many documents one request asks for; each is some 2 KiB.
    private static let pageSize = 64
    /// The limit of one page's answer: documents within their limit take at most 4 MiB, in base64 and JSON.
    private static let pageLimitBytes = 6 << 20

    /// Returns all documents of a kind as they were at one revision, and that revision.
    func list(_ kind: EtcdKeys.Kind) async throws(EtcdFault) -> (documents: [CarriedDocument], revision: Int64) {
        let end = ContinuousClock.now + limits.time
        for _ in 0..<Self.listLimit {
            do throws(EtcdFault) { return try await listOnce(kind, until: end) } catch .compacted {
                continue  // compacted while it was read: begin again
            }
        }
        throw .away(reason: "its list was compacted away \(Self.listLimit) times while it was read")
    }

    private func listOnce(
        _ kind: EtcdKeys.Kind,
        until end: ContinuousClock.Instant
    ) async throws(EtcdFault) -> (documents: [CarriedDocument], revision: Int64) {
        var listing = EtcdListing(of: kind, keys, limits)
        var (size, hasMore) = (Self.pageSize, true)
        while hasMore {
            guard ContinuousClock.now < end else {
                throw .away(reason: "its list did not end within \(limits.time.components.seconds) seconds")
            }
            let page: EtcdRangeAnswer
            do throws(EtcdFault) {
                page = try await readPage(kind, listing, size)
            } catch .malformed where size > 1 {
                // Some documents are longer than they may be: ask for fewer at a time, and cut each.
                size = max(1, size / 8)
                continue
            } catch .malformed {
                // One document alone is longer than any answer that is read: its key is enough to report it, and to go on.
                let key = try await readPage(kind, listing, 1, hasValues: false)
                hasMore = try listing.add(key, ofAtMost: 1, bytes: CarriedDocument.tooLong)
                continue
            }
            hasMore = try listing.add(page, ofAtMost: size)
            size = min(Self.pageSize, size * 2)
        }
        return (listing.documents, listing.revision ?? 0)
    }

    private func readPage(
        _ kind: EtcdKeys.Kind,
        _ listing: EtcdListing,
        _ size: Int,
        hasValues: Bool = true
    ) async throws(EtcdFault) -> EtcdRangeAnswer {
        try await client.call(
            .range(
                listing.next,
                end: keys.end(kind),
                limit: size,
                revision: listing.revision,
                hasValues: hasValues
            ),
            EtcdRangeAnswer.self,
            limitBytes: hasValues ? Self.pageLimitBytes : EtcdClient.shortAnswerBytes
        )
    }
}
