// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A session whose key the API made and sealed to a frame.
// The API writes the members of whoami into several answers, and so do the types of this library.
public struct ReadWriteSession: Decodable, Sendable, Hashable {
    /// The organization's id.
    public let organizationId: String
    /// The organization's name.
    public let organizationName: String
    /// The user's id.
    public let userId: String
    /// The user's name.
    public let username: String
    /// The id of the key that the API made.
    public let apiKeyId: String
    /// The credential bundle to inject.
    public let credentialBundle: String
}

extension APIClient {
    /// Has the API make a session key and seal it to a frame.
    ///
    /// - Parameters:
    ///   - targetPublicKey: The frame's embedded key: 130 lower-case hex digits.
    ///   - userId: The session's user; if absent, the user who stamps this.
    ///   - expirationSeconds: The key's life.
    ///   - invalidateExisting: Whether the user's other such sessions end.
    /// - Returns: The session, with the bundle to inject.
    /// - Throws: `.configuration` for a life of zero or fewer seconds; otherwise as ``APIClient/submit(_:body:)``.
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
