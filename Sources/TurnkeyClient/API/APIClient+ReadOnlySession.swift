// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A session that reads for an hour, and does nothing else. Whoever has the token may read.
public struct ReadOnlySession: Sendable, Hashable, Decodable {
    public let organizationId: String
    public let organizationName: String
    public let userId: String
    public let username: String
    /// The token: a secret.
    public let session: String
    public let expiresAt: Date

    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (organizationId, organizationName) = (members.organizationId, members.organizationName)
        (userId, username) = (members.userId, members.username)
        session = members.session
        // Seconds since 1970 (Turnkey's API reference, "Create read only session"), not milliseconds.
        guard let seconds = Int64(members.sessionExpiry) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no seconds"))
        }
        expiresAt = Date(timeIntervalSince1970: TimeInterval(seconds))
    }

    private struct Members: Decodable {
        let organizationId: String
        let organizationName: String
        let userId: String
        let username: String
        let session: String
        let sessionExpiry: String
    }
}

extension ReadOnlySession: CustomStringConvertible, CustomReflectable {
    /// Without the token.
    public var description: String { "read-only session of \(username) in \(organizationId) until \(expiresAt)" }

    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Stands in a stamp's place: the header `X-Session`, whatever the body is.
private struct ReadOnlyStamper: Stamper {
    let session: ReadOnlySession

    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        StampHeader(name: "X-Session", value: session.session)
    }
}

extension APIClient {
    /// A session of whoever stamps this, for queries alone.
    public func createReadOnlySession() async throws(TurnkeyError) -> ReadOnlySession {
        try await performCredentials(
            "create_read_only_session",
            "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION",
            [String: String](),
            "createReadOnlySessionResult",
            as: ReadOnlySession.self
        )
    }

    /// The same API, read by `session`; what submits is refused.
    public func reading(with session: ReadOnlySession) -> APIClient {
        APIClient(
            organizationId: session.organizationId,
            stamper: ReadOnlyStamper(session: session),
            connection: connection
        )
    }
}
