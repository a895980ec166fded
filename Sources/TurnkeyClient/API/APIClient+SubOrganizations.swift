// SPDX-License-Identifier: Apache-2.0

/// What sub-organizations are looked for by: those that have exactly this.
public enum SubOrganizationFilter: Sendable, Hashable {
    case name(String)
    case username(String)
    case email(String)
    case phoneNumber(String)
    /// A passkey's, in unpadded base64url.
    case credentialId(String)
    /// Compressed P-256 point, 66 hex digits.
    case publicKey(String)

    fileprivate var arguments: [String: String] {
        let (type, value) =
            switch self {
            case .name(let text): ("NAME", text)
            case .username(let text): ("USERNAME", text)
            case .email(let text): ("EMAIL", text)
            case .phoneNumber(let text): ("PHONE_NUMBER", text)
            case .credentialId(let text): ("CREDENTIAL_ID", text)
            case .publicKey(let text): ("PUBLIC_KEY", text)
            }
        return ["filterType": type, "filterValue": value]
    }
}

/// A sub-organization that was made.
public struct SubOrganization: Sendable, Hashable, Decodable {
    public let subOrganizationId: String
    /// In the order of the users that were asked for.
    public let rootUserIds: [String]
}

extension APIClient {
    /// The identifiers of the sub-organizations, or of those that `filter` lets through; the path is `list_suborgs`.
    public func getSubOrgIds(_ filter: SubOrganizationFilter? = nil) async throws(TurnkeyError) -> [String] {
        try await ask("list_suborgs", filter?.arguments ?? [:], for: SubOrganizationsAnswer.self).organizationIds
    }

    /// Makes an organization below this one, with root users of its own, of whom `rootQuorumThreshold` decide together.
    public func createSubOrganization(
        name: String,
        rootUsers: [NewUser],
        rootQuorumThreshold: Int = 1
    ) async throws(TurnkeyError) -> SubOrganization {
        try await performCredentials(
            "create_sub_organization",
            "ACTIVITY_TYPE_CREATE_SUB_ORGANIZATION_V8",
            CreateSubOrganizationParameters(
                subOrganizationName: name,
                rootUsers: rootUsers.map { $0.wire(isRoot: true) },
                rootQuorumThreshold: rootQuorumThreshold
            ),
            "createSubOrganizationResultV8",
            as: SubOrganization.self
        )
    }
}

private struct SubOrganizationsAnswer: Decodable {
    let organizationIds: [String]
}

private struct CreateSubOrganizationParameters: Encodable {
    let subOrganizationName: String
    let rootUsers: [NewUser.Wire]
    let rootQuorumThreshold: Int
}
