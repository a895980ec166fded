// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HKDF-SHA256 (RFC 5869) with RFC 9180's labels (§4), inputs and outputs in the secure heap.
struct LabeledHKDF {
    /// `suite_id` of the KEM or of the whole suite.
    let suite: [UInt8]

    static let hashByteCount = 32

    /// An empty salt stands for one hash of zeros (RFC 5869 §2.2).
    static func noSalt() throws(CryptoError) -> Secret { try Secret(byteCount: hashByteCount) }

    /// `LabeledExtract(salt, label, ikm)`: HMAC(salt, labeled ikm), 32 bytes (RFC 5869 §2.2).
    func extract(salt: borrowing Secret, label: StaticString, _ ikm: borrowing Secret) throws(CryptoError) -> Secret {
        try Self.hmac(key: salt, Secret(labeled(label, []), followedBy: ikm), byteCount: Self.hashByteCount)
    }

    /// `LabeledExpand(prk, label, info, L)`: the first `byteCount` bytes of HMAC(prk, labeled info ‖ 1). One hash is all
    /// that this suite asks for, so that there is no second block (RFC 5869 §2.3).
    ///
    /// - Precondition: `byteCount` is at most 32.
    func expand(
        _ prk: borrowing Secret,
        label: StaticString,
        info: [UInt8],
        byteCount: Int
    ) throws(CryptoError) -> Secret {
        precondition(byteCount <= Self.hashByteCount)
        let length = [UInt8(byteCount >> 8), UInt8(byteCount & 255)]
        return try Self.hmac(key: prk, Secret(copying: length + labeled(label, info) + [1]), byteCount: byteCount)
    }

    private func labeled(_ label: StaticString, _ value: [UInt8]) -> [UInt8] {
        Array("HPKE-v1".utf8) + suite + Array(label.description.utf8) + value
    }

    /// HMAC-SHA256. libcrypto's HKDF would copy the salt, which is the shared secret once, into its ordinary heap and free
    /// it there as it is; its HMAC keeps the key in the secure heap.
    private static func hmac(
        key: borrowing Secret,
        _ message: borrowing Secret,
        byteCount: Int
    ) throws(CryptoError) -> Secret {
        var code = try Secret(byteCount: hashByteCount)
        defer { cleanseStack() }
        let result = unsafe code.withMutableBytes { code in
            unsafe key.withBytes { key in
                unsafe message.withBytes { message in
                    unsafe EVP_Q_mac(
                        nil,
                        "HMAC",
                        nil,
                        "SHA256",
                        nil,
                        key.baseAddress,
                        key.count,
                        message.bindMemory(to: UInt8.self).baseAddress,
                        message.count,
                        code.bindMemory(to: UInt8.self).baseAddress,
                        code.count,
                        nil
                    )
                }
            }
        }
        _ = try unsafe require(result, "EVP_Q_mac")
        return try code.prefix(byteCount)
    }
}
