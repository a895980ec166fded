// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A P-256 API key of a test's, and the bundles that bring it into a frame.
struct Credential {
    var key = P256.Signing.PrivateKey()

    /// As the frame names it: 66 hex digits.
    var publicKey: String { hex(key.publicKey.compressedRepresentation) }

    /// The value of `X-Stamp` over a body, as an SDK makes it with this key.
    func stamp(_ body: String) throws -> String {
        let signature = hex(try key.signature(for: Data(body.utf8)).derRepresentation)
        let scheme = "SIGNATURE_SCHEME_TK_API_P256"
        return base64URL(
            Data(#"{"publicKey":"\#(publicKey)","scheme":"\#(scheme)","signature":"\#(signature)"}"#.utf8)
        )
    }

    /// A bundle sealed to a frame's embedded key, in base64url: compressed enc(33) ‖ ciphertext(48).
    func bundle(sealedTo embeddedKey: String) throws -> String {
        let recipient = try P256.KeyAgreement.PublicKey(x963Representation: Data(hexDigits: embeddedKey))
        var sender = try HPKE.Sender(
            recipientKey: recipient,
            ciphersuite: .P256_SHA256_AES_GCM_256,
            info: Data("turnkey_hpke".utf8)
        )
        let enc = sender.encapsulatedKey
        let aad = enc + recipient.x963Representation
        let ciphertext = try sender.seal(key.rawRepresentation, authenticating: aad)
        return base64URL(Data([2 + (enc[64] & 1)]) + enc[1...32] + ciphertext)
    }
}

/// A stamp as the API sees it.
struct DecodedStamp: Decodable {
    let publicKey: String
    let scheme: String
    let signature: String

    /// Reads the value of X-Stamp.
    init(header: String) throws {
        let padding = String(repeating: "=", count: (4 - header.count % 4) % 4)
        let text = header.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/") + padding
        self = try JSONDecoder().decode(DecodedStamp.self, from: Data(base64Encoded: text) ?? Data())
    }

    /// Whether it signs these bytes by the key that it names.
    func holds(for payload: Data) throws -> Bool {
        let key = try P256.Signing.PublicKey(compressedRepresentation: Data(hexDigits: publicKey))
        let signature = try P256.Signing.ECDSASignature(derRepresentation: Data(hexDigits: signature))
        return scheme == "SIGNATURE_SCHEME_TK_API_P256" && key.isValidSignature(signature, for: payload)
    }
}

extension Message {
    /// Whether it is a stamp of this text by this key.
    func isStamp(of payload: String, by publicKey: String) throws -> Bool {
        guard error == nil, self["stampHeaderName"] == "X-Stamp", let header = self["stampHeaderValue"] else {
            return false
        }
        let stamp = try DecodedStamp(header: header)
        return try stamp.holds(for: Data(payload.utf8)) && stamp.publicKey == publicKey
    }
}

func hex(_ bytes: some Sequence<UInt8>) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
}

extension Data {
    init(hexDigits text: String) {
        let digits = Array(text.utf8)
        self.init(
            stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
            }
        )
    }
}
