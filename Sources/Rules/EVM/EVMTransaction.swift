// SPDX-License-Identifier: Apache-2.0

/// An unsigned transaction of EIP-1559 (type 2) in canonical RLP, with a receiver and an empty access list.
package struct EVMTransaction {
    /// The chain's id.
    package let chainId: Natural
    /// The gas limit.
    package let gasLimit: Natural
    /// The most to pay for a unit of gas, in wei.
    package let maxFeePerGas: Natural
    /// The receiver's address.
    package let to: InlineArray<20, UInt8>
    /// The value transferred, in wei.
    package let value: Natural
    /// The range of the call's data in the transaction's bytes.
    package let data: Range<Int>

    /// The most that gas can cost, in wei.
    package var fee: Natural { gasLimit * maxFeePerGas }
    /// The most that the transaction can cost: value and fee, in wei.
    package var spend: Natural { value + fee }

    /// Decodes a transaction. Nil for anything else: another type, bytes behind it, a number of more than 32 bytes or
    /// with a leading zero.
    package init?(_ bytes: borrowing HexBytes) {
        guard bytes.count > 1, bytes[0] == 2 else { return nil }
        guard let list = RLPItem(in: bytes, at: 1, before: bytes.count), list.isList,
            list.content.upperBound == bytes.count
        else { return nil }
        var fields = Fields(offset: list.content.lowerBound, end: bytes.count)
        guard let chainId = fields.number(in: bytes),
            fields.number(in: bytes) != nil,  // nonce
            fields.number(in: bytes) != nil,  // max priority fee per gas
            let maxFeePerGas = fields.number(in: bytes),
            let gasLimit = fields.number(in: bytes),
            let receiver = fields.text(in: bytes), receiver.count == 20,
            let value = fields.number(in: bytes),
            let data = fields.text(in: bytes),
            let accessList = fields.item(in: bytes), accessList.isList, accessList.content.isEmpty,
            fields.offset == bytes.count
        else { return nil }
        self.chainId = chainId
        self.gasLimit = gasLimit
        self.maxFeePerGas = maxFeePerGas
        self.value = value
        self.data = data
        var to = InlineArray<20, UInt8>(repeating: 0)
        for index in 0..<20 { to[index] = bytes[receiver.lowerBound + index] }
        self.to = to
    }

    /// The number of 32-byte words behind the selector; nil unless the call's data is as the ABI has it: four bytes of
    /// selector, then whole words.
    package func wordCount(in bytes: borrowing HexBytes) -> Int? {
        data.count >= 4 && (data.count - 4).isMultiple(of: 32) ? (data.count - 4) / 32 : nil
    }

    /// The first four bytes of the call's data, which select the function.
    package func selector(in bytes: borrowing HexBytes) -> UInt32 {
        var selector: UInt32 = 0
        for index in data.prefix(4) { selector = selector << 8 | UInt32(bytes[index]) }
        return selector
    }

    /// Returns a word of the call's data; `index` is from 0, below `wordCount`.
    package func word(_ index: Int, in bytes: borrowing HexBytes) -> Natural {
        let start = data.lowerBound + 4 + index * 32
        return Natural(bytes, start..<(start + 32))
    }

    /// Returns the address in a word; nil unless the twelve bytes before it are zero.
    package func address(_ index: Int, in bytes: borrowing HexBytes) -> InlineArray<20, UInt8>? {
        let start = data.lowerBound + 4 + index * 32
        for offset in start..<(start + 12) where bytes[offset] != 0 { return nil }
        var address = InlineArray<20, UInt8>(repeating: 0)
        for offset in 0..<20 { address[offset] = bytes[start + 12 + offset] }
        return address
    }
}

/// Reads the items of a list in order.
private struct Fields {
    var offset: Int
    let end: Int

    mutating func item(in bytes: borrowing HexBytes) -> RLPItem? {
        guard let item = RLPItem(in: bytes, at: offset, before: end) else { return nil }
        offset = item.content.upperBound
        return item
    }

    mutating func text(in bytes: borrowing HexBytes) -> Range<Int>? {
        guard let item = item(in: bytes), !item.isList else { return nil }
        return item.content
    }

    /// Reads a number: big-endian, at most 32 bytes, no leading zero; zero has no bytes.
    mutating func number(in bytes: borrowing HexBytes) -> Natural? {
        guard let text = text(in: bytes), text.count <= 32 else { return nil }
        if let first = text.first, bytes[first] == 0 { return nil }
        return Natural(bytes, text)
    }
}
