// SPDX-License-Identifier: Apache-2.0

/// One call of a transaction. Amounts are in wei, in decimal digits; data is `0x` and hex.
public struct EthereumCall: Sendable, Hashable, Encodable {
    /// The receiver's address.
    public let to: String
    /// The amount to transfer, in wei.
    public let value: String?
    /// The call's data.
    public let data: String?

    /// Creates a call.
    public init(to: String, value: String? = nil, data: String? = nil) {
        (self.to, self.value, self.data) = (to, value, data)
    }
}

/// What a transaction may cost, and its sender's nonce, in decimal digits. The API fills in what is absent.
public struct EthereumGas: Sendable, Hashable {
    /// The transaction's number among its sender's.
    public var nonce: String?
    /// The most gas that may be used.
    public var gasLimit: String?
    /// The most to pay for a unit of gas, in wei.
    public var maxFeePerGas: String?
    /// The most of that which goes to the block's producer, in wei.
    public var maxPriorityFeePerGas: String?

    /// Creates settings.
    public init(
        nonce: String? = nil,
        gasLimit: String? = nil,
        maxFeePerGas: String? = nil,
        maxPriorityFeePerGas: String? = nil
    ) {
        (self.nonce, self.gasLimit) = (nonce, gasLimit)
        (self.maxFeePerGas, self.maxPriorityFeePerGas) = (maxFeePerGas, maxPriorityFeePerGas)
    }
}

/// The state of a transaction that was sent.
public struct SendTransactionStatus: Sendable, Hashable, Decodable {
    /// The state, such as `INITIALIZED` or `INCLUDED`.
    public let txStatus: String
    /// The transaction's hash; `nil` until there is one.
    public let txHash: String?
    /// Why the transaction failed, if it did.
    public let txError: String?

    /// Reads the transaction's state from the API's JSON: `txStatus`, any text; `eth.txHash` and `txError` if they are there.
    ///
    /// - Throws: `DecodingError` where `txStatus` is missing or a member is not a string.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (txStatus, txHash, txError) = (members.txStatus, members.eth?.txHash, members.txError)
    }

    private struct Members: Decodable {
        struct Ethereum: Decodable {
            let txHash: String?
        }

        let txStatus: String
        let eth: Ethereum?
        let txError: String?
    }
}

extension APIClient {
    /// Has the API sign and send a transaction of an Ethereum account.
    ///
    /// Returns when the activity is completed, which is before the transaction is in a block.
    ///
    /// - Parameters:
    ///   - address: The sender's address. The API signs with its key.
    ///   - caip2: The chain's CAIP-2 id, such as `eip155:8453`.
    ///   - calls: The calls of the transaction, with amounts in wei.
    ///   - gas: The nonce, the most gas, and the fees for a unit of gas in wei. The API fills in what is absent.
    ///   - isSponsored: Whether a sponsor pays for the gas (Turnkey's Gas Station).
    /// - Returns: The id with which `getSendTransactionStatus` is asked.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func ethSendTransaction(
        from address: String,
        caip2: String,
        calls: [EthereumCall],
        gas: EthereumGas = EthereumGas(),
        isSponsored: Bool = false
    ) async throws(TurnkeyError) -> String {
        try await perform(
            "eth_send_transaction",
            "ACTIVITY_TYPE_ETH_SEND_TRANSACTION_V2",
            EthSendTransactionParameters(
                from: address,
                caip2: caip2,
                sponsor: isSponsored,
                calls: calls,
                nonce: gas.nonce,
                gasLimit: gas.gasLimit,
                maxFeePerGas: gas.maxFeePerGas,
                maxPriorityFeePerGas: gas.maxPriorityFeePerGas
            ),
            "ethSendTransactionResultV2",
            as: EthSendTransactionResult.self
        ).sendTransactionStatusId
    }

    /// Returns the state of a transaction that was sent.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getSendTransactionStatus(
        sendTransactionStatusId: String
    ) async throws(TurnkeyError) -> SendTransactionStatus {
        try await ask(
            "get_send_transaction_status",
            ["sendTransactionStatusId": sendTransactionStatusId],
            for: SendTransactionStatus.self
        )
    }
}

private struct EthSendTransactionParameters: Encodable {
    let from: String
    let caip2: String
    let sponsor: Bool
    let calls: [EthereumCall]
    let nonce: String?
    let gasLimit: String?
    let maxFeePerGas: String?
    let maxPriorityFeePerGas: String?
}

private struct EthSendTransactionResult: Decodable {
    let sendTransactionStatusId: String
}
