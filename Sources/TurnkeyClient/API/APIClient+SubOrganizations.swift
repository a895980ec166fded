// SPDX-License-Identifier: Apache-2.0

/// A filter for sub-organizations, which must match exactly.
public enum SubOrganizationFilter: Sendable, Hashable {
    /// The sub-organization's name.
    case name(String)
    /// A user's name.
    case username(String)
    /// A user's e-mail address.
    case email(String)
    /// A user's phone number.
    case phoneNumber(String)
    /// The id of a passkey's credential, in unpadded base64url.
    case credentialId(String)
    /// The public key of an API key of any curve, in hex.
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

/// A new sub-organization.
public struct SubOrganization: Sendable, Hashable, Decodable {
    /// The sub-organization's id.
    public let subOrganizationId: String
    /// The ids of the root users, in the order of the request.
    public let rootUserIds: [String]
}

extension APIClient {
    /// Returns the ids of the sub-organizations, or of those that match `filter`. The API's path is `list_suborgs`.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getSubOrgIds(_ filter: SubOrganizationFilter? = nil) async throws(TurnkeyError) -> [String] {
        try await ask("list_suborgs", filter?.arguments ?? [:], for: SubOrganizationsAnswer.self).organizationIds
    }

    /// Creates an organization below this one.
    ///
    /// - Parameters:
    ///   - name: The new organization's name.
    ///   - rootUsers: Its root users.
    ///   - rootQuorumThreshold: How many of them must agree.
    /// - Returns: The ids of the organization and its root users.
    /// - Throws: As ``APIClient/submit(_:body:)``.
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
