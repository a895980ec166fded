// SPDX-License-Identifier: Apache-2.0

/// A limit as its counter identifies it.
struct CountedLimit: Hashable, Sendable {
    let limit: Limit
    /// A hash of the limit's party, window and measure. A counter goes on over a reload only while it stays the same.
    let identity: UInt128

    init(_ limit: Limit) {
        self.limit = limit
        let measure =
            switch limit.measure {
            case .count: "count"
            case .evmSpend: "evm.spend"
            case .evmValue: "evm.value"
            case .evmWord(let number): "evm.word.\(number)"
            case .number(let pointer): pointer.text
            }
        let text = "\(limit.party.rawValue) \(limit.window) \(measure)"
        let (first, second) = (text.utf8.span.tableHash, "again \(text)".utf8.span.tableHash)
        identity = UInt128(first) << 64 | UInt128(second)
    }
}

/// An amount for one counter.
package struct Charge: Sendable {
    let name: Text
    let identity: UInt128
    let window: Int64
    let party: Text
    let amount: UInt256
}

/// The buckets that took charges, needed to give them back.
package struct Receipt: Sendable {
    struct Entry: Sendable {
        let key: Counters.Key
        let bucket: Int64
        let amount: UInt256
    }

    var entries: [Entry] = []
}
