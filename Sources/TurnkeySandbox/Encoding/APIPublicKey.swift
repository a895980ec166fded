// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A P-256 public key as the API spells it: 33 bytes compressed (SEC 1 §2.3.3), 66 lower-case hex digits.
struct APIPublicKey: Sendable, Hashable {
    /// 66 lower-case hex digits.
    let hex: String

    private let compressed: Data

    /// Reads 66 hex digits; `nil` if they are not a point of the curve.
    init?(hex: String) {
        guard hex.utf8.count == 66, let compressed = Hex.decode(hex),
            (try? P256.Signing.PublicKey(compressedRepresentation: compressed)) != nil
        else { return nil }
        self.compressed = compressed
        self.hex = Hex.encode(compressed)
    }

    init(_ key: P256.Signing.PublicKey) {
        compressed = key.compressedRepresentation
        hex = Hex.encode(compressed)
    }

    /// Whether `signature` was made by this key over SHA-256(`message`).
    func verifies(_ signature: P256.Signing.ECDSASignature, over message: Data) -> Bool {
        guard let key = try? P256.Signing.PublicKey(compressedRepresentation: compressed) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
