// SPDX-License-Identifier: Apache-2.0

/// The bounds of a condition `evm` on a transaction.
struct EVMBounds: Hashable, Sendable {
    enum Data: Hashable, Sendable {
        case empty
        /// At least one of these must match.
        case calls([Call])
    }

    struct Call: Hashable, Sendable {
        let selector: UInt32
        let words: [Word]
    }

    enum Word: Hashable, Sendable {
        case any
        case address(AddressTable)
        case between(Natural, Natural)
    }

    let chainIds: [Natural]
    let to: AddressTable
    let valueAtMost: Natural
    let feeAtMost: Natural
    let data: Data

    func hold(for transaction: borrowing EVMTransaction, in bytes: borrowing HexBytes) -> Bool {
        guard chainIds.contains(transaction.chainId), to.contains(transaction.to), transaction.value <= valueAtMost,
            transaction.fee <= feeAtMost
        else { return false }
        return holds(data, for: transaction, in: bytes)
    }

    private func holds(
        _ data: Data,
        for transaction: borrowing EVMTransaction,
        in bytes: borrowing HexBytes
    ) -> Bool {
        guard case .calls(let calls) = data else { return transaction.data.isEmpty }
        guard let wordCount = transaction.wordCount(in: bytes) else { return false }
        let selector = transaction.selector(in: bytes)
        for call in calls where call.selector == selector && call.words.count == wordCount {
            var holds = true
            for index in call.words.indices where holds {
                holds = Self.holds(call.words[index], for: index, of: transaction, in: bytes)
            }
            if holds { return true }
        }
        return false
    }

    private static func holds(
        _ word: Word,
        for index: Int,
        of transaction: borrowing EVMTransaction,
        in bytes: borrowing HexBytes
    ) -> Bool {
        switch word {
        case .any: return true
        case .address(let addresses):
            guard let address = transaction.address(index, in: bytes) else { return false }
            return addresses.contains(address)
        case .between(let low, let high):
            let value = transaction.word(index, in: bytes)
            return low <= value && value <= high
        }
    }
}
