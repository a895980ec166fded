// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The nonces that deterministic ECDSA tries in turn (RFC 6979 §3.2), with SHA-256 and an order of 256 bits.
struct DeterministicNonces {
    private var key = [UInt8](repeating: 0, count: 32)
    private var value = [UInt8](repeating: 1, count: 32)
    private var isFirst = true

    /// Creates the sequence.
    ///
    /// - Parameters:
    ///   - scalar: The private key, 32 bytes.
    ///   - digest: The digest modulo the order, 32 bytes.
    init(scalar: [UInt8], digest: [UInt8]) {
        update([0x00] + scalar + digest)
        update([0x01] + scalar + digest)
    }

    /// Returns the next nonce: 32 bytes, a number from 1 to the order less 1.
    mutating func next() -> [UInt8] {
        if !isFirst { update([0x00]) }
        isFirst = false
        value = mac(value)
        while !Secp256k1.isScalar(value) {
            update([0x00])
            value = mac(value)
        }
        return value
    }

    private mutating func update(_ input: [UInt8]) {
        key = mac(value + input)
        value = mac(value)
    }

    private func mac(_ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }
}
