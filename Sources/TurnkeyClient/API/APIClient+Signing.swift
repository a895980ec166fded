// SPDX-License-Identifier: Apache-2.0

/// A signature of a wallet's key.
public struct RawSignature: Sendable, Hashable, Decodable {
    /// In hex, as the curve has it: for ECDSA, 64 digits each.
    public let r: String
    public let s: String
    /// For ECDSA the recovery identifier, `00` or `01`; otherwise `00`.
    public let v: String
}

/// How the text of a payload stands for bytes.
public enum PayloadEncoding: String, Sendable, Encodable {
    case hexadecimal = "PAYLOAD_ENCODING_HEXADECIMAL"
    case text = "PAYLOAD_ENCODING_TEXT_UTF8"
    /// Typed data as JSON, which the API hashes.
    case eip712 = "PAYLOAD_ENCODING_EIP712"
    case eip7702Authorization = "PAYLOAD_ENCODING_EIP7702_AUTHORIZATION"
}

/// What is done to a payload's bytes before they are signed.
public enum PayloadHashFunction: String, Sendable, Encodable {
    /// They are a hash already.
    case none = "HASH_FUNCTION_NO_OP"
    case sha256 = "HASH_FUNCTION_SHA256"
    case keccak256 = "HASH_FUNCTION_KECCAK256"
    /// For Ed25519, whose signatures hash by themselves.
    case notApplicable = "HASH_FUNCTION_NOT_APPLICABLE"
}

extension APIClient {
    /// Signs a transaction by the key of a wallet account's address, and answers it signed.
    ///
    /// `unsignedTransaction` is in the encoding that the type's chain has, in hex; so is the answer, without `0x`.
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

    /// Signs one payload by the key of a wallet account's address.
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

    /// Signs several payloads by one key, and answers the signatures in the same order.
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
