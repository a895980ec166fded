// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The algorithms that hash a message before it is signed (PROTOCOL.sshsig).
enum SSHHash: String, CaseIterable, Sendable {
    case sha256
    case sha512

    /// Finds the algorithm of a name; nil for any other name.
    init?(name: [UInt8]) {
        guard let hash = Self.allCases.first(where: { name.elementsEqual($0.rawValue.utf8) }) else { return nil }
        self = hash
    }

    private var byteCount: Int { self == .sha256 ? 32 : 64 }

    /// Hashes a message to 32 or 64 bytes.
    func digest(of message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        var length = digest.count
        let result = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_Q_digest(nil, rawValue, nil, message.baseAddress, message.count, &digest, &length)
        }
        try check(result, "EVP_Q_digest")
        guard length == digest.count else { throw .failed(call: "EVP_Q_digest") }
        return digest
    }
}
