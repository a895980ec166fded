// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// How a payload's text encodes its bytes.
enum PayloadEncoding: String, CaseIterable {
    case hexadecimal = "PAYLOAD_ENCODING_HEXADECIMAL"
    case text = "PAYLOAD_ENCODING_TEXT_UTF8"
}

/// The hash that is applied to a payload's bytes before they are signed.
enum PayloadHash: String, CaseIterable {
    /// None, because the bytes are a hash already.
    case none = "HASH_FUNCTION_NO_OP"
    case sha256 = "HASH_FUNCTION_SHA256"
    case keccak256 = "HASH_FUNCTION_KECCAK256"

    func hash(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .none: bytes
        case .sha256: Array(SHA256.hash(data: bytes))
        case .keccak256: Keccak256.hash(bytes)
        }
    }
}

/// The members that both submissions for raw payloads share.
struct RawPayloads {
    private let signWith: String
    private let encoding: PayloadEncoding
    private let hash: PayloadHash

    init(reading parameters: inout FieldReader) throws(APIRefusal) {
        signWith = try parameters.name("signWith")
        guard let encoding = PayloadEncoding(rawValue: try parameters.name("encoding")) else {
            throw .invalidParameter(.payloadEncoding)
        }
        guard let hash = PayloadHash(rawValue: try parameters.name("hashFunction")) else {
            throw .invalidParameter(.hashFunction)
        }
        (self.encoding, self.hash) = (encoding, hash)
        try parameters.refuse("externalSignerPubkey")
    }

    /// Computes the 32 bytes to sign for a payload.
    func digest(_ payload: String, of name: String, in parameters: FieldReader) throws(APIRefusal) -> [UInt8] {
        let bytes: [UInt8]
        switch encoding {
        case .text: bytes = Array(payload.utf8)
        case .hexadecimal:
            guard let decoded = Hex.decodePrefixed(payload) else {
                throw parameters.invalid(name, "must be hexadecimal")
            }
            bytes = Array(decoded)
        }
        let digest = hash.hash(bytes)
        guard digest.count == 32 else {
            throw parameters.invalid(name, "must be 32 bytes, for a hash that is not made here")
        }
        return digest
    }

    /// Signs, and returns the members r, s and v of each signature.
    func sign(_ digests: [[UInt8]], in organization: Organization) throws(APIRefusal) -> [JSONObject] {
        let key = try organization.signer(signWith).key
        do throws(LibcryptoError) {
            var signatures: [JSONObject] = []
            for digest in digests {
                let signature = try key.sign(digest)
                signatures.append([
                    "r": .string(Hex.encode(signature.r)),
                    "s": .string(Hex.encode(signature.s)),
                    "v": .string(Hex.encode([signature.recoveryId])),
                ])
            }
            return signatures
        } catch {
            throw .internal(UUID())
        }
    }
}
