// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One call of a transaction to send.
struct EthereumCall: Sendable {
    let to: EthereumAddress
    let value: DecimalNumber?
    let data: [UInt8]

    init(reading reader: inout FieldReader) throws(APIRefusal) {
        guard let to = EthereumAddress(try reader.name("to")) else {
            throw reader.invalid("to", "must be 0x and 40 hex digits")
        }
        self.to = to
        value = try reader.optionalNumber("value")
        guard let text = try reader.optionalString("data") else {
            data = []
            return
        }
        guard text.hasPrefix("0x"), let bytes = Hex.decode(String(text.dropFirst(2))) else {
            throw reader.invalid("data", "must be 0x and hexadecimal")
        }
        data = Array(bytes)
    }

    var json: JSONObject {
        [
            "to": .string(to.text),
            "value": .string(value?.text ?? "0"),
            "data": .string("0x" + Hex.encode(data)),
        ]
    }
}

/// The nonce and gas of a transaction to send. The API would look up on the chain what is left out.
struct EthereumGas: Sendable {
    /// All four values.
    struct Complete {
        let nonce: UInt64
        let gasLimit: UInt64
        let maxFeePerGas: DecimalNumber
        let maxPriorityFeePerGas: DecimalNumber
    }

    private let nonce: UInt64?
    private let gasLimit: UInt64?
    private let maxFeePerGas: DecimalNumber?
    private let maxPriorityFeePerGas: DecimalNumber?

    init(reading parameters: inout FieldReader) throws(APIRefusal) {
        nonce = try parameters.optionalSmallNumber("nonce")
        gasLimit = try parameters.optionalSmallNumber("gasLimit")
        maxFeePerGas = try parameters.optionalNumber("maxFeePerGas")
        maxPriorityFeePerGas = try parameters.optionalNumber("maxPriorityFeePerGas")
    }

    var complete: Complete? {
        guard let nonce, let gasLimit, let maxFeePerGas, let maxPriorityFeePerGas else { return nil }
        return Complete(
            nonce: nonce,
            gasLimit: gasLimit,
            maxFeePerGas: maxFeePerGas,
            maxPriorityFeePerGas: maxPriorityFeePerGas
        )
    }

    var json: JSONObject {
        var object: JSONObject = [:]
        object["nonce"] = nonce.map { .string(String($0)) }
        object["gasLimit"] = gasLimit.map { .string(String($0)) }
        object["maxFeePerGas"] = maxFeePerGas.map { .string($0.text) }
        object["maxPriorityFeePerGas"] = maxPriorityFeePerGas.map { .string($0.text) }
        return object
    }
}

extension FieldReader {
    /// Reads a whole number below 2²⁵⁶ in decimal digits.
    mutating func optionalNumber(_ name: String) throws(APIRefusal) -> DecimalNumber? {
        guard let text = try optionalString(name) else { return nil }
        guard let number = DecimalNumber(text) else {
            throw invalid(name, "must be a whole number below 2^256 in decimal digits")
        }
        return number
    }

    /// Reads a whole number below 2⁶⁴ in decimal digits.
    mutating func optionalSmallNumber(_ name: String) throws(APIRefusal) -> UInt64? {
        guard let number = try optionalNumber(name) else { return nil }
        guard let small = number.uint64 else { throw invalid(name, "must be below 2^64") }
        return small
    }

    /// Reads an Ethereum-like chain by its CAIP-2 name, such as `eip155:1`.
    mutating func ethereumChain(_ name: String) throws(APIRefusal) -> UInt64 {
        let text = try self.name(name)
        guard text.hasPrefix("eip155:"), let chain = DecimalNumber(String(text.dropFirst(7)))?.uint64,
            UnsignedTransaction.chains.contains(chain)
        else { throw invalid(name, "must be eip155: and a chain's number") }
        return chain
    }
}
