// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A passkey as the API returns it.
public struct Authenticator: Sendable, Hashable, Decodable {
    /// The passkey's id at the API.
    public let authenticatorId: String
    /// The passkey's name.
    public let authenticatorName: String
    /// The credential's id, which the authenticator chose, in unpadded base64url.
    public let credentialId: String
    /// The transports, such as `AUTHENTICATOR_TRANSPORT_INTERNAL`.
    public let transports: [String]
    /// When the passkey was registered.
    public let createdAt: Date

    /// Reads a passkey as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (authenticatorId, authenticatorName) = (members.authenticatorId, members.authenticatorName)
        (credentialId, transports) = (members.credentialId, members.transports)
        createdAt = members.createdAt.date
    }

    private struct Members: Decodable {
        let authenticatorId: String
        let authenticatorName: String
        let credentialId: String
        let transports: [String]
        let createdAt: APITime
    }
}
