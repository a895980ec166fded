// SPDX-License-Identifier: Apache-2.0

/// One call of a transaction: amounts are in wei, in decimal digits; data is `0x` and hex.
public struct EthereumCall: Sendable, Hashable, Encodable {
    public let to: String
    public let value: String?
    public let data: String?

    public init(to: String, value: String? = nil, data: String? = nil) {
        (self.to, self.value, self.data) = (to, value, data)
    }
}

/// What a transaction may cost, and its place among its sender's, in decimal digits; what is absent the API finds out.
public struct EthereumGas: Sendable, Hashable {
    public var nonce: String?
    public var gasLimit: String?
    /// In wei.
    public var maxFeePerGas: String?
    /// In wei.
    public var maxPriorityFeePerGas: String?

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

/// What became of a transaction that was sent.
public struct SendTransactionStatus: Sendable, Hashable, Decodable {
    /// Such as `INITIALIZED` or `INCLUDED`.
    public let txStatus: String
    /// `nil` until there is one.
    public let txHash: String?
    /// Why it failed, where it did.
    public let txError: String?

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
    /// Signs and sends a transaction of an Ethereum account, and answers what its status is asked by.
    ///
    /// `caip2` is the chain, such as `eip155:8453`. Where it `isSponsored`, another pays for the gas.
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
