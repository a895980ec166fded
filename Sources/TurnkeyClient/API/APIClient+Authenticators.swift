// SPDX-License-Identifier: Apache-2.0
import Foundation
public import Passkeys

/// A passkey to register.
public struct NewAuthenticator: Sendable, Hashable, Encodable {
    /// The passkey's name.
    public let authenticatorName: String
    /// What the authenticator attested.
    public let attestation: PasskeyAttestation

    /// Describes a passkey to register.
    public init(authenticatorName: String, attestation: PasskeyAttestation) {
        self.authenticatorName = authenticatorName
        self.attestation = attestation
    }

    private enum CodingKeys: CodingKey {
        case authenticatorName, challenge, attestation
    }

    private enum AttestationKeys: CodingKey {
        case credentialId, clientDataJson, attestationObject, transports
    }

    /// Writes the members of `create_authenticators`: bytes in unpadded base64url, transports in the API's words.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(authenticatorName, forKey: .authenticatorName)
        try members.encode(Base64URL.encode(attestation.challenge), forKey: .challenge)
        var nested = members.nestedContainer(keyedBy: AttestationKeys.self, forKey: .attestation)
        try nested.encode(Base64URL.encode(attestation.credentialId), forKey: .credentialId)
        try nested.encode(Base64URL.encode(attestation.clientDataJson), forKey: .clientDataJson)
        try nested.encode(Base64URL.encode(attestation.attestationObject), forKey: .attestationObject)
        try nested.encode(attestation.apiTransports, forKey: .transports)
    }
}

extension APIClient {
    /// Registers passkeys for a user.
    ///
    /// - Returns: The passkeys' ids, in the same order.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func createAuthenticators(
        userId: String,
        authenticators: [NewAuthenticator]
    ) async throws(TurnkeyError) -> [String] {
        let request = ActivityRequest(
            type: "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2",
            organizationId: organizationId,
            parameters: CreateAuthenticatorsParameters(userId: userId, authenticators: authenticators)
        )
        let activity = try await submitCredentials("create_authenticators", body: try Self.makeBody(request))
        return try activity.readResult("createAuthenticatorsResult", as: CreateAuthenticatorsResult.self)
            .authenticatorIds
    }
}

private struct CreateAuthenticatorsParameters: Encodable {
    let userId: String
    let authenticators: [NewAuthenticator]
}

private struct CreateAuthenticatorsResult: Decodable {
    let authenticatorIds: [String]
}

extension PasskeyAttestation {
    /// The transports in the API's words, each once. They are hints for a browser, so words that the API lacks are left
    /// out (WebAuthn Level 3, §5.8.4: unknown values are ignored). `cable` is the former name of `hybrid`.
    var apiTransports: [String] {
        let words = transports.compactMap { transport -> String? in
            switch transport.lowercased() {
            case "internal", "hybrid", "usb", "nfc", "ble": "AUTHENTICATOR_TRANSPORT_\(transport.uppercased())"
            case "cable": "AUTHENTICATOR_TRANSPORT_HYBRID"
            default: nil
            }
        }
        return words.enumerated().filter { !words[..<$0.offset].contains($0.element) }.map(\.element)
    }
}
