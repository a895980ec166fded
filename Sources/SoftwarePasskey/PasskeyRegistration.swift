// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a new passkey answers to `navigator.credentials.create`.
///
/// Encoded, it is an element of the `authenticators` of `create_authenticators`, bytes in unpadded base64url.
public struct PasskeyRegistration: Sendable, Hashable, Encodable {
    public var authenticatorName: String
    public var challenge: Data
    public var credentialId: Data
    public var clientDataJson: Data
    /// CBOR, format `none`.
    public var attestationObject: Data
    /// In the API's words: `AUTHENTICATOR_TRANSPORT_INTERNAL` and the like.
    public var transports: [String]

    private enum CodingKeys: String, CodingKey {
        case authenticatorName
        case challenge
        case attestation
    }

    private enum AttestationKeys: String, CodingKey {
        case credentialId
        case clientDataJson
        case attestationObject
        case transports
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(authenticatorName, forKey: .authenticatorName)
        try container.encode(challenge.base64URL, forKey: .challenge)
        var attestation = container.nestedContainer(keyedBy: AttestationKeys.self, forKey: .attestation)
        try attestation.encode(credentialId.base64URL, forKey: .credentialId)
        try attestation.encode(clientDataJson.base64URL, forKey: .clientDataJson)
        try attestation.encode(attestationObject.base64URL, forKey: .attestationObject)
        try attestation.encode(transports, forKey: .transports)
    }
}
