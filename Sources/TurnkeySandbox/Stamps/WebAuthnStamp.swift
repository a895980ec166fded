// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The value of `X-Stamp-Webauthn`: JSON of `authenticatorData`, `clientDataJson`, `credentialId` and `signature`,
/// each base64url.
struct WebAuthnStamp {
    let credentialId: Data
    let assertion: Assertion

    /// Reads a header; `nil` if a field is missing or is not base64url.
    init?(_ header: String) {
        guard let object = try? JSONObject(reading: Data(header.utf8)),
            let credentialId = Self.bytes(object["credentialId"]),
            let authenticatorData = Self.bytes(object["authenticatorData"]),
            let clientData = Self.bytes(object["clientDataJson"]),
            let signature = Self.bytes(object["signature"])
        else { return nil }
        self.credentialId = credentialId
        assertion = Assertion(authenticatorData: authenticatorData, clientData: clientData, signature: signature)
    }

    /// Returns the challenge for a body: the UTF-8 bytes of the lower-case hex of its SHA-256, 64 bytes.
    static func challenge(for body: Data) -> Data {
        Data(Hex.encode(SHA256.hash(data: body)).utf8)
    }

    private static func bytes(_ value: JSONValue?) -> Data? {
        guard case .string(let text) = value else { return nil }
        return Base64URL.decode(text)
    }
}
