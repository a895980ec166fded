// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A passkey as the API has it.
public struct Authenticator: Sendable, Hashable, Decodable {
    public let authenticatorId: String
    public let authenticatorName: String
    /// What the authenticator calls it, in unpadded base64url.
    public let credentialId: String
    /// Such as `AUTHENTICATOR_TRANSPORT_INTERNAL`.
    public let transports: [String]
    public let createdAt: Date

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
