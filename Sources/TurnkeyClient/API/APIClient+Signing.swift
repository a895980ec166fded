// SPDX-License-Identifier: Apache-2.0

/// A signature by a wallet's key.
public struct RawSignature: Sendable, Hashable, Decodable {
    /// The number r in hex, as the curve has it: for ECDSA, 64 digits; `s` the same.
    public let r: String
    /// The number s in hex.
    public let s: String
    /// For ECDSA the recovery id, `00` or `01`; otherwise `00`.
    public let v: String
}

/// How a payload's text encodes its bytes.
public enum PayloadEncoding: String, Sendable, Encodable {
    /// Hexadecimal digits.
    case hexadecimal = "PAYLOAD_ENCODING_HEXADECIMAL"
    /// UTF-8 text.
    case text = "PAYLOAD_ENCODING_TEXT_UTF8"
    /// Typed data as JSON, which the API hashes.
    case eip712 = "PAYLOAD_ENCODING_EIP712"
    /// An authorization of EIP-7702.
    case eip7702Authorization = "PAYLOAD_ENCODING_EIP7702_AUTHORIZATION"
}

/// The hash that the API applies to a payload's bytes before it signs.
public enum PayloadHashFunction: String, Sendable, Encodable {
    /// None, because the bytes are a hash already.
    case none = "HASH_FUNCTION_NO_OP"
    /// SHA-256.
    case sha256 = "HASH_FUNCTION_SHA256"
    /// Keccak-256, as Ethereum uses it.
    case keccak256 = "HASH_FUNCTION_KECCAK256"
    /// For Ed25519, whose signatures hash by themselves.
    case notApplicable = "HASH_FUNCTION_NOT_APPLICABLE"
}

extension APIClient {
    /// Signs a transaction with the key of a wallet account.
    ///
    /// - Parameters:
    ///   - address: The account's address.
    ///   - unsignedTransaction: The transaction in its chain's encoding, in hex.
    ///   - type: The chain's kind of transaction.
    /// - Returns: The signed transaction in the same encoding, in hex without `0x`.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func signTransaction(
        signWith address: String,
        unsignedTransaction: String,
        type: String = "TRANSACTION_TYPE_ETHEREUM"
    ) async throws(TurnkeyError) -> String {
        try await perform(
            "sign_transaction",
            "ACTIVITY_TYPE_SIGN_TRANSACTION_V2",
            SignTransactionParameters(signWith: address, unsignedTransaction: unsignedTransaction, type: type),
            "signTransactionResult",
            as: SignTransactionResult.self
        ).signedTransaction
    }

    /// Signs one payload with the key of a wallet account.
    ///
    /// - Parameters:
    ///   - address: The account's address.
    ///   - payload: The payload's text.
    ///   - encoding: How the text encodes bytes.
    ///   - hashFunction: The hash to apply first.
    /// - Returns: The signature.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func signRawPayload(
        signWith address: String,
        payload: String,
        encoding: PayloadEncoding,
        hashFunction: PayloadHashFunction
    ) async throws(TurnkeyError) -> RawSignature {
        try await perform(
            "sign_raw_payload",
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
            SignRawPayloadParameters(
                signWith: address,
                payload: payload,
                encoding: encoding,
                hashFunction: hashFunction
            ),
            "signRawPayloadResult",
            as: RawSignature.self
        )
    }

    /// Signs several payloads with one key.
    ///
    /// - Parameters:
    ///   - address: The account's address.
    ///   - payloads: The payloads' texts.
    ///   - encoding: How the texts encode bytes.
    ///   - hashFunction: The hash to apply first.
    /// - Returns: The signatures, in the same order.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func signRawPayloads(
        signWith address: String,
        payloads: [String],
        encoding: PayloadEncoding,
        hashFunction: PayloadHashFunction
    ) async throws(TurnkeyError) -> [RawSignature] {
        try await perform(
            "sign_raw_payloads",
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOADS",
            SignRawPayloadsParameters(
                signWith: address,
                payloads: payloads,
                encoding: encoding,
                hashFunction: hashFunction
            ),
            "signRawPayloadsResult",
            as: SignRawPayloadsResult.self
        ).signatures
    }
}

private struct SignTransactionParameters: Encodable {
    let signWith: String
    let unsignedTransaction: String
    let type: String
}

private struct SignTransactionResult: Decodable {
    let signedTransaction: String
}

private struct SignRawPayloadParameters: Encodable {
    let signWith: String
    let payload: String
    let encoding: PayloadEncoding
    let hashFunction: PayloadHashFunction
}

private struct SignRawPayloadsParameters: Encodable {
    let signWith: String
    let payloads: [String]
    let encoding: PayloadEncoding
    let hashFunction: PayloadHashFunction
}

private struct SignRawPayloadsResult: Decodable {
    let signatures: [RawSignature]
}
