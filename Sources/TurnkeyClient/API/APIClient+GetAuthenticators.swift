// SPDX-License-Identifier: Apache-2.0

extension APIClient {
    /// Returns a user's passkeys.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getAuthenticators(userId: String) async throws(TurnkeyError) -> [Authenticator] {
        try await ask("get_authenticators", ["userId": userId], for: AuthenticatorsAnswer.self).authenticators
    }

    /// Returns one passkey.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getAuthenticator(authenticatorId: String) async throws(TurnkeyError) -> Authenticator {
        try await ask("get_authenticator", ["authenticatorId": authenticatorId], for: AuthenticatorAnswer.self)
            .authenticator
    }

    /// Deletes passkeys of a user.
    ///
    /// - Returns: The ids of the deleted passkeys.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    @discardableResult
    public func deleteAuthenticators(
        userId: String,
        authenticatorIds: [String]
    ) async throws(TurnkeyError) -> [String] {
        try await performCredentials(
            "delete_authenticators",
            "ACTIVITY_TYPE_DELETE_AUTHENTICATORS",
            DeleteAuthenticatorsParameters(userId: userId, authenticatorIds: authenticatorIds),
            "deleteAuthenticatorsResult",
            as: DeleteAuthenticatorsResult.self
        ).authenticatorIds
    }
}

private struct AuthenticatorsAnswer: Decodable {
    let authenticators: [Authenticator]
}

private struct AuthenticatorAnswer: Decodable {
    let authenticator: Authenticator
}

private struct DeleteAuthenticatorsParameters: Encodable {
    let userId: String
    let authenticatorIds: [String]
}

private struct DeleteAuthenticatorsResult: Decodable {
    let authenticatorIds: [String]
}
