// SPDX-License-Identifier: Apache-2.0
import Foundation
public import StampClient

extension APIClient {
    /// Registers a session key of the user who stamps this, by stamp_login.
    ///
    /// For a key that the frame made: activate its session for no longer than the token is valid.
    ///
    /// - Parameters:
    ///   - publicKey: The key.
    ///   - expirationSeconds: The key's life.
    ///   - invalidateExisting: Whether the user's other login sessions end.
    ///   - sessionProfileId: A profile that limits the session, and may shorten its life.
    ///   - acceptingSubOrganization: Whether the token may name an organization below the one asked. The API finds it
    ///     for a user who does not know their own.
    /// - Returns: The session token of the API's notarizer, verified.
    /// - Throws: `.configuration` for a life of zero or fewer seconds; as ``APIClient/submit(_:body:)``;
    ///   `.invalidSessionToken` for a token of another notarizer, key or organization.
    public func stampLogin(
        publicKey: PublicKey,
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

    /// Reads and verifies the session token in an activity's result.
    ///
    /// - Throws: `.invalidSessionToken` for a token of another notarizer, key or organization.
    func readToken(
        _ activity: Activity,
        for publicKey: PublicKey,
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
    let publicKey: PublicKey
    let expirationSeconds: String
    let invalidateExisting: Bool?
    let sessionProfileId: String?
}

private struct StampLoginResult: Decodable {
    let session: String
}
