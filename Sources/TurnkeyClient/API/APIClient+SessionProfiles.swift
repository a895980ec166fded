// SPDX-License-Identifier: Apache-2.0
import Foundation
import Printing

/// A bound on what sessions may do and how long they live. A profile never changes.
public struct SessionProfile: Sendable, Hashable, Decodable {
    /// The profile's id.
    public let sessionProfileId: String
    /// The profile's name.
    public let sessionProfileName: String
    /// An expression that must be true of each submission.
    public let scope: String
    /// The longest life of such a session; `nil` for no bound.
    public let expirationSeconds: Int?

    /// Reads a profile as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (sessionProfileId, sessionProfileName) = (members.sessionProfileId, members.sessionProfileName)
        (scope, expirationSeconds) = (members.scope, members.expirationSeconds.flatMap { Int(spelled: $0) })
    }

    private struct Members: Decodable {
        let sessionProfileId: String
        let sessionProfileName: String
        let scope: String
        let expirationSeconds: String?
    }
}

extension APIClient {
    /// Returns the organization's profiles.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getSessionProfiles() async throws(TurnkeyError) -> [SessionProfile] {
        try await ask("get_session_profiles", for: SessionProfilesAnswer.self).sessionProfiles
    }

    /// Returns one profile.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getSessionProfile(sessionProfileId: String) async throws(TurnkeyError) -> SessionProfile {
        try await ask("get_session_profile", ["sessionProfileId": sessionProfileId], for: SessionProfileAnswer.self)
            .sessionProfile
    }

    /// Creates a profile for sessions of this organization and of those below it.
    ///
    /// - Parameters:
    ///   - name: The profile's name.
    ///   - scope: An expression that must be true of each submission.
    ///   - expirationSeconds: The longest life of a session; nil for no bound.
    /// - Returns: The profile's id.
    /// - Throws: As ``APIClient/submit(_:body:)``.
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
