// SPDX-License-Identifier: Apache-2.0
public import Passkeys

/// The answer of a new passkey to `navigator.credentials.create`, with what the API stores beside it.
///
/// Encoded, it is an element of the `authenticators` of `create_authenticators`, with bytes in unpadded base64url.
public struct PasskeyRegistration: Sendable, Hashable, Encodable {
    /// The name that the user's list of authenticators shows.
    public var authenticatorName: String
    /// The passkey's answer; its credential id has 32 bytes.
    public var attestation: PasskeyAttestation
    /// The transports in the API's words: `AUTHENTICATOR_TRANSPORT_INTERNAL` and the like.
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

    /// Writes the members that the API expects.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(authenticatorName, forKey: .authenticatorName)
        try container.encode(Base64URL.encode(attestation.challenge), forKey: .challenge)
        var members = container.nestedContainer(keyedBy: AttestationKeys.self, forKey: .attestation)
        try members.encode(Base64URL.encode(attestation.credentialId), forKey: .credentialId)
        try members.encode(Base64URL.encode(attestation.clientDataJson), forKey: .clientDataJson)
        try members.encode(Base64URL.encode(attestation.attestationObject), forKey: .attestationObject)
        try members.encode(transports, forKey: .transports)
    }
}
