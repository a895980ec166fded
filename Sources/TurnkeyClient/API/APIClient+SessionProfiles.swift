// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a session may do at most, and for how long; it is never changed.
public struct SessionProfile: Sendable, Hashable, Decodable {
    public let sessionProfileId: String
    public let sessionProfileName: String
    /// An expression that must hold for each submission.
    public let scope: String
    /// The longest that such a session lives; `nil`: as long as was asked for.
    public let expirationSeconds: Int?

    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (sessionProfileId, sessionProfileName) = (members.sessionProfileId, members.sessionProfileName)
        (scope, expirationSeconds) = (members.scope, members.expirationSeconds.flatMap { Int($0) })
    }

    private struct Members: Decodable {
        let sessionProfileId: String
        let sessionProfileName: String
        let scope: String
        let expirationSeconds: String?
    }
}

extension APIClient {
    public func getSessionProfiles() async throws(TurnkeyError) -> [SessionProfile] {
        try await ask("get_session_profiles", for: SessionProfilesAnswer.self).sessionProfiles
    }

    public func getSessionProfile(sessionProfileId: String) async throws(TurnkeyError) -> SessionProfile {
        try await ask("get_session_profile", ["sessionProfileId": sessionProfileId], for: SessionProfileAnswer.self)
            .sessionProfile
    }

    /// Makes a profile that sessions of this organization, and of those below it, may be given; answers its identifier.
    public func createSessionProfile(
        name: String,
        scope: String,
        expirationSeconds: Int? = nil
    ) async throws(TurnkeyError) -> String {
        try await performCredentials(
            "create_session_profile",
            "ACTIVITY_TYPE_CREATE_SESSION_PROFILE",
            CreateSessionProfileParameters(
                sessionProfileName: name,
                scope: scope,
                expirationSeconds: expirationSeconds.map(String.init)
            ),
            "createSessionProfileResult",
            as: CreateSessionProfileResult.self
        ).sessionProfileId
    }
}

private struct SessionProfilesAnswer: Decodable {
    let sessionProfiles: [SessionProfile]
}

private struct SessionProfileAnswer: Decodable {
    let sessionProfile: SessionProfile
}

private struct CreateSessionProfileParameters: Encodable {
    let sessionProfileName: String
    let scope: String
    let expirationSeconds: String?
}

private struct CreateSessionProfileResult: Decodable {
    let sessionProfileId: String
}
