// SPDX-License-Identifier: Apache-2.0

extension APIClient {
    public func getAuthenticators(userId: String) async throws(TurnkeyError) -> [Authenticator] {
        try await ask("get_authenticators", ["userId": userId], for: AuthenticatorsAnswer.self).authenticators
    }

    public func getAuthenticator(authenticatorId: String) async throws(TurnkeyError) -> Authenticator {
        try await ask("get_authenticator", ["authenticatorId": authenticatorId], for: AuthenticatorAnswer.self)
            .authenticator
    }

    /// Deletes a user's passkeys, and answers the identifiers of the deleted.
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
