// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Crypto
import Foundation

/// PIN/UV auth protocol one or two, the authenticator's side (CTAP 2.1, §6.5.6 and §6.5.7).
struct PINProtocol {
    let version: Int
    private let key = P256.KeyAgreement.PrivateKey()

    init(version: Int) {
        self.version = version
    }

    /// A COSE key of the algorithm ECDH-ES+HKDF-256.
    var publicKey: CBOR {
        let point = key.publicKey.rawRepresentation
        return .map([
            .integer(1): .integer(2), .integer(3): .integer(-25), .integer(-1): .integer(1),
            .integer(-2): .bytes(point.prefix(32)), .integer(-3): .bytes(point.suffix(32)),
        ])
    }

    struct Secret {
        let version: Int
        let encryptionKey: Data

        func encrypt(_ text: Data) -> Data {
            let vector = version == 1 ? Data(count: 16) : Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
            let cipher = runAES(encrypting: true, text, encryptionKey, vector)
            return version == 1 ? cipher : vector + cipher
        }

        func decrypt(_ cipher: Data) -> Data {
            let vector = version == 1 ? Data(count: 16) : cipher.prefix(16)
            return runAES(encrypting: false, version == 1 ? cipher : cipher.dropFirst(16), encryptionKey, vector)
        }
    }

    /// `nil` where the platform's key is none.
    func agree(with platformKey: CBOR) -> Secret? {
        guard let x = platformKey[-2]?.data, let y = platformKey[-3]?.data,
            let peer = try? P256.KeyAgreement.PublicKey(rawRepresentation: x + y),
            let shared = try? key.sharedSecretFromKeyAgreement(with: peer)
        else { return nil }
        let z = shared.withUnsafeBytes { Data($0) }
        guard version == 2 else { return Secret(version: 1, encryptionKey: Data(SHA256.hash(data: z))) }
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: z),
            salt: Data(count: 32),
            info: Data("CTAP2 AES key".utf8),
            outputByteCount: 32
        )
        return Secret(version: 2, encryptionKey: derived.withUnsafeBytes { Data($0) })
    }

    /// Whether `tag` is that of `message` under the token.
    func verifies(_ tag: Data, of message: Data, under token: Data) -> Bool {
        let whole = Data(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: token)))
        return tag == (version == 1 ? whole.prefix(16) : whole)
    }
}

/// AES-256-CBC without padding.
private func runAES(encrypting: Bool, _ input: Data, _ key: Data, _ vector: Data) -> Data {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: input.count + 16)
    var count: CInt = 0
    EVP_CipherInit_ex(context, EVP_aes_256_cbc(), nil, Array(key), Array(vector), encrypting ? 1 : 0)
    EVP_CIPHER_CTX_set_padding(context, 0)
    EVP_CipherUpdate(context, &output, &count, Array(input), CInt(input.count))
    return Data(output.prefix(Int(count)))
}
