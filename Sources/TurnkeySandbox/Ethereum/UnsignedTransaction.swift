// SPDX-License-Identifier: Apache-2.0

/// The faults that make bytes no transaction that can be signed, as a refusal words them.
struct TransactionFault: Error, Equatable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// An Ethereum transaction to sign: EIP-1559, EIP-2930, or a legacy one with a chain (EIP-155).
///
/// Read strictly: canonical RLP and nothing behind it, with exactly the fields of its kind, each of its own length.
struct UnsignedTransaction: Sendable {
    /// The chains up to the highest whose v fits 64 bits (EIP-2294).
    static let chains = 1...UInt64.max / 2 - 36

    private enum Kind {
        case legacy(chainId: UInt64)
        /// 1: EIP-2930; 2: EIP-1559.
        case typed(UInt8)
    }

    private let kind: Kind
    /// All fields that are signed, in order, but the legacy transaction's chain and zeros.
    private let fields: [RLP]

    init(_ bytes: [UInt8]) throws(TransactionFault) {
        switch bytes.first ?? 0 {
        case 0x01:
            kind = .typed(1)
            fields = try Self.fields(bytes.dropFirst(), [.chain, .nonce, .amount, .gas, .to, .amount, .data, .access])
        case 0x02:
            kind = .typed(2)
            fields = try Self.fields(
                bytes.dropFirst(),
                [.chain, .nonce, .amount, .amount, .gas, .to, .amount, .data, .access]
            )
        case 0xC0...:
            let all = try Self.fields(
                bytes,
                [.nonce, .amount, .gas, .to, .amount, .data, .chain, .zero, .zero]
            )
            kind = .legacy(chainId: Self.chain(all[6]))
            fields = Array(all.prefix(6))
        default: throw TransactionFault("is no transaction of EIP-155, EIP-2930 or EIP-1559")
        }
    }

    /// Creates an EIP-1559 transaction; numbers are big-endian.
    init(
        chainId: UInt64,
        nonce: UInt64,
        maxPriorityFeePerGas: [UInt8],
        maxFeePerGas: [UInt8],
        gasLimit: UInt64,
        to: EthereumAddress,
        value: [UInt8],
        data: [UInt8]
    ) {
        kind = .typed(2)
        fields = [
            RLP(number: chainId.bigEndianBytes), RLP(number: nonce.bigEndianBytes), RLP(number: maxPriorityFeePerGas),
            RLP(number: maxFeePerGas), RLP(number: gasLimit.bigEndianBytes), .bytes(to.bytes), RLP(number: value),
            .bytes(data), .list([]),
        ]
    }

    /// Returns the whole transaction with its signature, as a node takes it.
    func signed(by key: SigningKey) throws(LibcryptoError) -> [UInt8] {
        switch kind {
        case .typed(let type):
            let signature = try key.sign(Keccak256.hash([type] + RLP.list(fields).encoded))
            return [type] + RLP.list(fields + [RLP(number: [signature.recoveryId])] + numbers(of: signature)).encoded
        case .legacy(let chainId):
            let chain = [RLP(number: chainId.bigEndianBytes), .bytes([]), .bytes([])]
            let signature = try key.sign(Keccak256.hash(RLP.list(fields + chain).encoded))
            let v = chainId * 2 + 35 + UInt64(signature.recoveryId)
            return RLP.list(fields + [RLP(number: v.bigEndianBytes)] + numbers(of: signature)).encoded
        }
    }

    private func numbers(of signature: SigningKey.Signature) -> [RLP] {
        [RLP(number: signature.r), RLP(number: signature.s)]
    }
}

extension UnsignedTransaction {
    /// The kinds of fields.
    private enum Field {
        case chain
        case nonce
        case gas
        /// A price or a value: 256 bits.
        case amount
        /// 20 bytes, or none if a contract is created.
        case to
        case data
        /// Addresses, each with keys of 32 bytes.
        case access
        /// What a legacy transaction has in place of its signature.
        case zero
    }

    private static func fields(
        _ bytes: some Collection<UInt8>,
        _ kinds: [Field]
    ) throws(TransactionFault) -> [RLP] {
        guard case .list(let items)? = RLP(bytes) else { throw TransactionFault("is no list in canonical RLP") }
        guard items.count == kinds.count else {
            throw TransactionFault("has \(items.count) fields where it must have \(kinds.count)")
        }
        for (index, (item, kind)) in zip(items, kinds).enumerated() where !isField(item, kind) {
            throw TransactionFault("cannot have the value of its field \(index + 1)")
        }
        return items
    }

    private static func isField(_ item: RLP, _ kind: Field) -> Bool {
        switch (kind, item) {
        case (.chain, .bytes(let bytes)):
            isNumber(bytes, byteCount: 8) && chains.contains(chain(item))
        case (.nonce, .bytes(let bytes)), (.gas, .bytes(let bytes)): isNumber(bytes, byteCount: 8)
        case (.amount, .bytes(let bytes)): isNumber(bytes, byteCount: 32)
        case (.to, .bytes(let bytes)): bytes.isEmpty || bytes.count == 20
        case (.data, .bytes): true
        case (.zero, .bytes(let bytes)): bytes.isEmpty
        case (.access, .list(let entries)): entries.allSatisfy(isAccess)
        default: false
        }
    }

    private static func isNumber(_ bytes: [UInt8], byteCount: Int) -> Bool {
        bytes.count <= byteCount && bytes.first != 0
    }

    private static func isAccess(_ item: RLP) -> Bool {
        guard case .list(let pair) = item, pair.count == 2, case .bytes(let address) = pair[0], address.count == 20,
            case .list(let keys) = pair[1]
        else { return false }
        return keys.allSatisfy { key in
            guard case .bytes(let bytes) = key else { return false }
            return bytes.count == 32
        }
    }

    /// Reads a field of at most 8 bytes.
    private static func chain(_ item: RLP) -> UInt64 {
        guard case .bytes(let bytes) = item else { return 0 }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
