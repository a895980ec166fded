// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `eth_send_transaction`: keeps what the API would have sent to a chain, and sends nothing.
///
/// The first version has one call among its parameters, the second a list of calls.
struct EthSendTransaction: ActivityCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_ETH_SEND_TRANSACTION_V2",
        intentKey: "ethSendTransactionIntentV2",
        resultKey: "ethSendTransactionResultV2"
    )
    private static let firstKind = ActivityKind(
        type: "ACTIVITY_TYPE_ETH_SEND_TRANSACTION",
        intentKey: "ethSendTransactionIntent",
        resultKey: "ethSendTransactionResult"
    )
    static let kinds = [kind, firstKind]

    /// The API's limit of calls in one transaction.
    private static let callLimit = 50

    private let from: String
    private let chainId: UInt64
    private let isSponsored: Bool
    private let calls: [EthereumCall]
    private let gas: EthereumGas

    init(reading parameters: inout FieldReader, as kind: ActivityKind) throws(APIRefusal) {
        from = try parameters.name("from")
        chainId = try parameters.ethereumChain("caip2")
        isSponsored = try parameters.optionalBool("sponsor") ?? false
        gas = try EthereumGas(reading: &parameters)
        for name in ["deadline", "gasStationNonce"] {
            _ = try parameters.optionalNumber(name)
        }
        if kind == Self.firstKind {
            calls = [try EthereumCall(reading: &parameters)]
        } else {
            var calls: [EthereumCall] = []
            for var reader in try parameters.readers("calls") {
                calls.append(try EthereumCall(reading: &reader))
                try reader.finish()
            }
            guard (1...Self.callLimit).contains(calls.count) else {
                throw parameters.invalid("calls", "must be 1 to \(Self.callLimit)")
            }
            self.calls = calls
        }
    }

    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let account = try directory.organization(context.organizationId).signer(from)
        guard account.place.format == .ethereum else { throw .signerNotFound }
        let transaction = SentTransaction(
            id: UUID(),
            organizationId: context.organizationId,
            userId: context.userId,
            from: account.address,
            chainId: chainId,
            isSponsored: isSponsored,
            calls: calls,
            gas: gas,
            signed: try sign(with: account.key),
            sentAt: context.now
        )
        directory.keep(transaction)
        return ["sendTransactionStatusId": .string(transaction.id.text)]
    }

    /// Signs the whole EIP-1559 transaction, if it is one and needs nothing looked up on a chain.
    private func sign(with key: SigningKey) throws(APIRefusal) -> [UInt8]? {
        guard !isSponsored, calls.count == 1, let gas = gas.complete else { return nil }
        let transaction = UnsignedTransaction(
            chainId: chainId,
            nonce: gas.nonce,
            maxPriorityFeePerGas: gas.maxPriorityFeePerGas.bytes,
            maxFeePerGas: gas.maxFeePerGas.bytes,
            gasLimit: gas.gasLimit,
            to: calls[0].to,
            value: calls[0].value?.bytes ?? [],
            data: calls[0].data
        )
        do throws(LibcryptoError) {
            return try transaction.signed(by: key)
        } catch {
            throw .internal(UUID())
        }
    }
}
