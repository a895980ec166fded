// SPDX-License-Identifier: Apache-2.0
import Foundation

extension APIClient {
    /// Registers `publicKey` (66 hex digits) as a session key of whoever stamps this, and answers what the API vouches for.
    ///
    /// `invalidateExisting` ends the user's other login sessions. `sessionProfileId` limits the session: it may be given a
    /// shorter life than was asked for. For a key that the frame made itself: activate its session for no longer than the
    /// token lives. `acceptingSubOrganization`: where a user does not know their own organization, the API finds it by the
    /// parent's, and the token names it.
    /// - Throws: as `submit`; `.invalidSessionToken` for a token of another notarizer, key or organization.
    public func stampLogin(
        publicKey: String,
        expirationSeconds: Int,
        invalidateExisting: Bool = false,
        sessionProfileId: String? = nil,
        acceptingSubOrganization: Bool = false
    ) async throws(TurnkeyError) -> SessionToken {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let parameters = StampLoginParameters(
            publicKey: publicKey,
            expirationSeconds: String(expirationSeconds),
            invalidateExisting: invalidateExisting ? true : nil,
            sessionProfileId: sessionProfileId
        )
        let request = ActivityRequest(
            type: "ACTIVITY_TYPE_STAMP_LOGIN",
            organizationId: organizationId,
            parameters: parameters
        )
        let activity = try await submitCredentials("stamp_login", body: try Self.makeBody(request))
        return try readToken(activity, for: publicKey, acceptingSubOrganization: acceptingSubOrganization)
    }

    /// - Throws: `.invalidSessionToken` for a token of another notarizer, key or organization.
    func readToken(
        _ activity: Activity,
        for publicKey: String,
        acceptingSubOrganization: Bool = false
    ) throws(TurnkeyError) -> SessionToken {
        let jwt = try activity.readResult("stampLoginResult", as: StampLoginResult.self).session
        let token = try SessionToken(verifying: jwt, notarizerPublicKey: connection.notarizerPublicKey)
        guard token.publicKey == publicKey else { throw .invalidSessionToken(detail: "it is for another key") }
        guard acceptingSubOrganization || token.organizationId == organizationId else {
            throw .invalidSessionToken(detail: "it is for another organization")
        }
        return token
    }
}

private struct StampLoginParameters: Encodable {
    let publicKey: String
    let expirationSeconds: String
    let invalidateExisting: Bool?
    let sessionProfileId: String?
}

private struct StampLoginResult: Decodable {
    let session: String
}
