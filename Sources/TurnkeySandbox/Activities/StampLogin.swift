// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `stamp_login`: registers the caller's new public key for a session, and returns a token for it.
struct StampLogin: ActivityCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_STAMP_LOGIN",
        intentKey: "stampLoginIntent",
        resultKey: "stampLoginResult"
    )

    private let publicKey: APIPublicKey
    private let expiration: Expiration?
    private let invalidatesExisting: Bool
    private let sessionProfileId: String?

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        publicKey = try parameters.publicKey("publicKey")
        expiration = try parameters.expiration()
        sessionProfileId = try parameters.optionalString("sessionProfileId")
        invalidatesExisting = try parameters.optionalBool("invalidateExisting") ?? false
    }

    func concernsOnly(_ userId: UUID) -> Bool { true }

    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var organization = try directory.organization(context.organizationId)
        var profile: SessionProfile?
        if let sessionProfileId { profile = try directory.sessionProfile(sessionProfileId, for: organization) }
        let expiration = Expiration.ofSession(asked: expiration, limit: profile?.expiration)
        try organization.addSessionKey(
            publicKey,
            named: "Login - \(context.now.unixSeconds)",
            kind: .login,
            expiration: expiration,
            profileId: profile?.id,
            to: context.userId,
            invalidatesExisting: invalidatesExisting,
            at: context.now
        )
        directory.store(organization)
        let token = context.notarizer.makeSessionToken(
            SessionClaims(
                exp: expiration.unixSeconds(from: context.now),
                publicKey: publicKey,
                userId: context.userId,
                organizationId: organization.id,
                profile: profile
            )
        )
        guard let token else { throw .internal(UUID()) }
        return ["session": .string(token)]
    }
}

extension Organization {
    /// Registers a session's key, if asked in place of the user's earlier keys of that kind.
    ///
    /// - Returns: The new key's id.
    @discardableResult
    mutating func addSessionKey(
        _ publicKey: APIPublicKey,
        named name: String,
        kind: APIKey.Kind,
        expiration: Expiration,
        profileId: UUID? = nil,
        to userId: UUID,
        invalidatesExisting: Bool,
        at now: Date
    ) throws(APIRefusal) -> UUID {
        if invalidatesExisting {
            var user = try user(userId)
            user.removeAPIKeys { $0.kind == kind }
            update(user)
        }
        let key = APIKey(
            id: UUID(),
            name: name,
            publicKey: publicKey,
            kind: kind,
            createdAt: now,
            expiration: expiration,
            sessionProfileId: profileId
        )
        try add(key, to: userId)
        return key.id
    }
}
