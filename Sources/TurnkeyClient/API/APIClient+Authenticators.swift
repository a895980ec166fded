// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A passkey that is to be registered.
public struct NewAuthenticator: Sendable, Hashable, Encodable {
    public let authenticatorName: String
    public let attestation: PasskeyAttestation

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

    /// As `create_authenticators` wants it: bytes in unpadded base64url, transports in the API's words.
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
    /// Registers passkeys for a user, and answers their identifiers in the same order.
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
