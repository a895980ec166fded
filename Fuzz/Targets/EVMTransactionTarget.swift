// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Rules/EVM/EVMTransaction.swift Sources/Rules/EVM/RLPItem.swift Sources/Rules/EVM/HexBytes.swift
// Words: rules
import Rules

extension FuzzTarget {
    /// The bytes are an unsigned transaction, and a text that may be hex digits.
    static let evmTransaction = FuzzTarget(name: "evm-transaction") { (bytes) throws(BrokenClaim) in
        let text = bytes.starts(with: "0x".utf8) ? bytes.dropFirst(2) : bytes[...]
        let isHex = text.count.isMultiple(of: 2) && text.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
        try claim("a text is hex bytes or is not", (HexBytes(bytes.span) != nil) == isHex)

        let digits = hex(bytes)
        guard let hexBytes = HexBytes(digits.span) else { throw BrokenClaim(claim: "hex digits are read") }
        try claim("hex digits are the bytes", bytes.indices.allSatisfy { hexBytes[$0] == bytes[$0] })
        let fields = ReferenceFields(bytes)
        guard let transaction = EVMTransaction(hexBytes) else {
            return try claim("what the reference reads is read", fields == nil)
        }
        guard let fields else { throw BrokenClaim(claim: "what the reference refuses is refused") }
        try check(transaction, hexBytes, fields)
    }

    private static func check(
        _ transaction: EVMTransaction,
        _ bytes: borrowing HexBytes,
        _ fields: ReferenceFields
    ) throws(BrokenClaim) {
        let (gas, price, value) = (fields[.gasLimit], fields[.maxFeePerGas], fields[.value])
        try claim("the chain is the reference's", transaction.chainId.digits == decimal(fields[.chainId]))
        try claim("the gas is the reference's", transaction.gasLimit.digits == decimal(gas))
        try claim("the price is the reference's", transaction.maxFeePerGas.digits == decimal(price))
        try claim("the value is the reference's", transaction.value.digits == decimal(value))
        try claim("the receiver is the reference's", (0..<20).allSatisfy { transaction.to[$0] == fields[.to][$0] })
        let fee = residue(decimal(gas)) * residue(decimal(price)) % modulus
        try claim("the fee is the product", residue(transaction.fee.digits) == fee)
        let spend = (residue(decimal(value)) + fee) % modulus
        try claim("the spend is the sum", residue(transaction.spend.digits) == spend)
        try checkWords(transaction, bytes, fields[.data])
    }

    private static func checkWords(
        _ transaction: EVMTransaction,
        _ bytes: borrowing HexBytes,
        _ data: [UInt8]
    ) throws(BrokenClaim) {
        try claim("the data is the reference's", transaction.data.map { index in bytes[index] } == data)
        let isCall = data.count >= 4 && data.count % 32 == 4
        guard let count = transaction.wordCount(in: bytes) else { return try claim("a call has words", !isCall) }
        try claim("a call is a selector and whole words", isCall && count == data.count / 32)
        let selector = data.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        try claim("the selector is the reference's", transaction.selector(in: bytes) == selector)
        for index in 0..<count {
            let word = Array(data[(4 + index * 32)...].prefix(32))
            try claim("a word is the reference's", transaction.word(index, in: bytes).digits == decimal(word))
            let isAddress = word.prefix(12).allSatisfy { $0 == 0 }
            guard let address = transaction.address(index, in: bytes) else {
                try claim("a word with twelve zeros is an address", !isAddress)
                continue
            }
            try claim("an address is the word's end", isAddress && (0..<20).allSatisfy { address[$0] == word[12 + $0] })
        }
    }

    private static func hex(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef0123456789ABCDEF".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[16 + Int($0 & 15)]] }
    }

    /// Decimal digits of a big-endian number, by long division.
    private static func decimal(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = [0]
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) * 256
                digits[index] = UInt8(carry % 10)
                carry /= 10
            }
            while carry > 0 {
                digits.append(UInt8(carry % 10))
                carry /= 10
            }
        }
        return digits.reversed().map(String.init).joined()
    }

    /// A prime below 2³², so that products fit.
    private static let modulus: UInt64 = 4_294_967_291

    private static func residue(_ digits: String) -> UInt64 {
        digits.utf8.reduce(0) { ($0 * 10 + UInt64($1 - UInt8(ascii: "0"))) % modulus }
    }
}

/// The fields of an EIP-1559 transaction by another way: lengths are read leniently, and what they give must encode to the
/// same bytes again.
private struct ReferenceFields {
    enum Field: Int {
        case chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data, accessList
    }

    private struct Item {
        let isList: Bool
        let content: ArraySlice<UInt8>

        /// Takes an item from the front.
        init?(from rest: inout ArraySlice<UInt8>) {
            guard let first = rest.popFirst() else { return nil }
            isList = first >= 0xC0
            if first < 0x80 {
                content = [first]
                return
            }
            var count = Int(first & 0x3F)
            if count > 55 {
                let length = rest.prefix(count - 55)
                guard length.count == count - 55, length.drop(while: { $0 == 0 }).count < 5 else { return nil }
                rest.removeFirst(length.count)
                count = length.reduce(0) { $0 << 8 | Int($1) }
            }
            guard count <= rest.count else { return nil }
            content = rest.prefix(count)
            rest.removeFirst(count)
        }

        var encoded: [UInt8] {
            if !isList, content.count == 1, content.allSatisfy({ $0 < 0x80 }) { return Array(content) }
            return ReferenceFields.encode(content, from: isList ? 0xC0 : 0x80)
        }
    }

    private let items: [Item]

    init?(_ bytes: [UInt8]) {
        var rest = bytes.dropFirst()
        guard bytes.first == 2, let list = Item(from: &rest), list.isList, rest.isEmpty else { return nil }
        var content = list.content
        var items: [Item] = []
        while !content.isEmpty {
            guard items.count < 9, let item = Item(from: &content) else { return nil }
            items.append(item)
        }
        guard items.count == 9, [2] + Self.encode(items.flatMap(\.encoded)[...], from: 0xC0) == bytes,
            items[8].isList, items[8].content.isEmpty, !items[..<8].contains(where: \.isList),
            items[Field.to.rawValue].content.count == 20,
            [0, 1, 2, 3, 4, 6].allSatisfy({ items[$0].content.count <= 32 && items[$0].content.first != 0 })
        else { return nil }
        self.items = items
    }

    subscript(field: Field) -> [UInt8] { Array(items[field.rawValue].content) }

    private static func encode(_ content: ArraySlice<UInt8>, from base: UInt8) -> [UInt8] {
        if content.count <= 55 { return [base + UInt8(content.count)] + content }
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(rest % 256), at: 0)
            rest /= 256
        }
        return [base + 55 + UInt8(length.count)] + length + content
    }
}
