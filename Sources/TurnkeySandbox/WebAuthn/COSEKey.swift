// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation

/// An ES256 public key in COSE form (RFC 9053 §7.1): `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`, x and y of 32 bytes.
package struct COSEKey: Sendable, Hashable {
    /// The CBOR as it came.
    package let bytes: Data

    private let point: Data

    /// Reads an ES256 key with exactly those five members; `nil` for anything else.
    init?(_ bytes: Data) {
        guard case .map(let members) = try? CBORReader.read(bytes) else { return nil }
        self.init(members, bytes: bytes)
    }

    /// Reads the key at the front of `reader`; `nil` for anything else.
    init?(from reader: inout CBORReader) {
        let start = reader.rest
        guard case .map(let members) = try? reader.value() else { return nil }
        self.init(members, bytes: Data(start.prefix(start.count - reader.rest.count)))
    }

    private init?(_ members: [CBORValue: CBORValue], bytes: Data) {
        guard members.count == 5,
            members[.unsigned(1)] == .unsigned(2),  // kty: EC2
            members[.unsigned(3)] == .negative(6),  // alg: −7, ES256
            members[.negative(0)] == .unsigned(1),  // crv: P-256
            case .bytes(let x) = members[.negative(1)], x.count == 32,
            case .bytes(let y) = members[.negative(2)], y.count == 32,
            (try? P256.Signing.PublicKey(rawRepresentation: x + y)) != nil
        else { return nil }
        self.bytes = bytes
        point = x + y
    }

    /// Whether `signature` was made by this key over SHA-256(`message`).
    func verifies(_ signature: P256.Signing.ECDSASignature, over message: Data) -> Bool {
        guard let key = try? P256.Signing.PublicKey(rawRepresentation: point) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
