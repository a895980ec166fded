// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Passkeys
import Printing

/// A read-only session of an hour. Anyone who has the token may read.
// The API writes the members of whoami into several answers, and so do the types of this library.
public struct ReadOnlySession: Sendable, Hashable, Decodable {
    /// The organization's id.
    public let organizationId: String
    /// The organization's name.
    public let organizationName: String
    /// The user's id.
    public let userId: String
    /// The user's name.
    public let username: String
    /// The session's token, a secret: with it alone the organization can be read.
    public let session: String
    /// When the session ends.
    public let expiresAt: Date

    /// Reads a session as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (organizationId, organizationName) = (members.organizationId, members.organizationName)
        (userId, username) = (members.userId, members.username)
        session = members.session
        // Seconds since 1970, not milliseconds (Turnkey's API reference, "Create read only session").
        guard let seconds = Int64(spelled: members.sessionExpiry) else {
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
    /// A description without the token.
    public var description: String { "read-only session of \(username) in \(organizationId) until \(expiresAt)" }

    /// A mirror without children, so that dumping the value does not show the token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Sends the header `X-Session` in place of a stamp, whatever the body is.
private struct ReadOnlyStamper: Stamper {
    let session: ReadOnlySession

    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        StampHeader(name: "X-Session", value: session.session)
    }
}

extension APIClient {
    /// Creates a session of an hour that can query and do nothing else, for the user whose key stamps this request. It
    /// is not stored; ``reading(with:)`` returns a client that uses it.
    ///
    /// - Throws: As ``APIClient/submit(_:body:)``.
    public func createReadOnlySession() async throws(TurnkeyError) -> ReadOnlySession {
        try await performCredentials(
            "create_read_only_session",
            "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION",
            [String: String](),
            "createReadOnlySessionResult",
            as: ReadOnlySession.self
        )
    }

    /// Returns a client that queries by `session`. The API refuses its submissions.
    public func reading(with session: ReadOnlySession) -> APIClient {
        APIClient(
            organizationId: session.organizationId,
            stamper: ReadOnlyStamper(session: session),
            connection: connection
        )
    }
}
