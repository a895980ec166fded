// SPDX-License-Identifier: Apache-2.0

/// Collects the pages of one list of etcd's, and refuses pages that are none of it, and a list without an end.
struct EtcdListing {
    private let kind: EtcdKeys.Kind
    private let keys: EtcdKeys
    private let limits: ListLimits
    private let end: [UInt8]
    private var keyCount = 0
    private var byteCount = 0
    private(set) var documents: [CarriedDocument] = []
    /// The first key that may come next.
    private(set) var next: [UInt8]
    /// The store's revision at which the list is read; nil before the first page.
    private(set) var revision: Int64?

    init(of kind: EtcdKeys.Kind, _ keys: EtcdKeys, _ limits: ListLimits) {
        (self.kind, self.keys, self.limits) = (kind, keys, limits)
        next = Array(keys.prefix(kind).utf8)
        end = Array(keys.end(kind).utf8)
    }

    /// Adds the page that was asked for from `next` on; `bytes` replace each value of it.
    ///
    /// - Returns: whether there are more pages.
    /// - Throws: `.malformed` where the keys are not at most `size` of those that were asked for, in rising order, or where the
    ///   list is longer than its limits.
    mutating func add(
        _ page: EtcdRangeAnswer,
        ofAtMost size: Int,
        bytes: [UInt8]? = nil
    ) throws(EtcdFault) -> Bool {
        let pairs = page.kvs ?? []
        guard pairs.count <= size else { throw .malformed(detail: "more keys in a page of a list than were asked for") }
        for pair in pairs {
            let key = pair.key.value
            guard !key.lexicographicallyPrecedes(next), key.lexicographicallyPrecedes(end) else {
                throw .malformed(detail: "a list whose keys do not rise, or were not asked for")
            }
            next = key + [0]
            keyCount += 1
            guard keyCount <= limits.keys else { throw .malformed(detail: "a list of more than \(limits.keys) keys") }
            guard let document = keys.makeDocument(pair, kind, bytes: bytes) else { continue }
            byteCount += document.bytes.count
            guard byteCount <= limits.bytes else {
                throw .malformed(detail: "a list of more than \(limits.bytes) bytes of documents")
            }
            documents.append(document)
        }
        revision = revision ?? page.header.revision?.value ?? 0
        guard page.more ?? false else { return false }
        guard !pairs.isEmpty else { throw .malformed(detail: "a page of a list that is empty and not the last") }
        return true
    }
}
