// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A session whose key the API has made, sealed to a frame.
public struct ReadWriteSession: Decodable, Sendable, Hashable {
    public let organizationId: String
    public let organizationName: String
    public let userId: String
    public let username: String
    public let apiKeyId: String
    /// What to inject.
    public let credentialBundle: String
}

extension APIClient {
    /// Has the API make a session key for `userId` (whoever stamps this, where absent) and seal it to `targetPublicKey`,
    /// a frame's embedded key of 130 lower-case hex digits.
    public func createReadWriteSession(
        targetPublicKey: String,
        userId: String? = nil,
        expirationSeconds: Int = 900,
        invalidateExisting: Bool = false
    ) async throws(TurnkeyError) -> ReadWriteSession {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let parameters = ReadWriteSessionParameters(
            targetPublicKey: targetPublicKey,
            userId: userId,
            expirationSeconds: String(expirationSeconds),
            invalidateExisting: invalidateExisting ? true : nil
        )
        let request = ActivityRequest(
            type: "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2",
            organizationId: organizationId,
            parameters: parameters
        )
        let activity = try await submitCredentials("create_read_write_session", body: try Self.makeBody(request))
        return try activity.readResult("createReadWriteSessionResultV2", as: ReadWriteSession.self)
    }
}

private struct ReadWriteSessionParameters: Encodable {
    let targetPublicKey: String
    let userId: String?
    let expirationSeconds: String
    let invalidateExisting: Bool?
}
