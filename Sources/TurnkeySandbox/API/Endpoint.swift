// SPDX-License-Identifier: Apache-2.0

/// A path that the sandbox serves.
enum Endpoint: String, Sendable, CaseIterable {
    case whoami = "/public/v1/query/whoami"
    case getUser = "/public/v1/query/get_user"
    case listUsers = "/public/v1/query/list_users"
    case getAPIKeys = "/public/v1/query/get_api_keys"
    case getAPIKey = "/public/v1/query/get_api_key"
    case getAuthenticators = "/public/v1/query/get_authenticators"
    case getAuthenticator = "/public/v1/query/get_authenticator"
    case getActivity = "/public/v1/query/get_activity"
    case getSessionProfile = "/public/v1/query/get_session_profile"
    case getSessionProfiles = "/public/v1/query/get_session_profiles"
    case listSubOrganizations = "/public/v1/query/list_suborgs"
    case createSubOrganization = "/public/v1/submit/create_sub_organization"
    case createUsers = "/public/v1/submit/create_users"
    case createAPIKeys = "/public/v1/submit/create_api_keys"
    case deleteAPIKeys = "/public/v1/submit/delete_api_keys"
    case createAuthenticators = "/public/v1/submit/create_authenticators"
    case deleteAuthenticators = "/public/v1/submit/delete_authenticators"
    case createSessionProfile = "/public/v1/submit/create_session_profile"
    case stampLogin = "/public/v1/submit/stamp_login"
    case createReadOnlySession = "/public/v1/submit/create_read_only_session"
    case createReadWriteSession = "/public/v1/submit/create_read_write_session"
    case emailAuth = "/public/v1/submit/email_auth"

    /// Reads and writes word some errors differently.
    enum Family: Sendable {
        case query
        case submit
    }

    var family: Family { command == nil ? .query : .submit }

    /// Whether a user of a sub-organization may name the parent, where they do not know their own: the API then finds it.
    var resolvesSubOrganization: Bool {
        switch self {
        case .whoami, .getActivity, .stampLogin, .createReadOnlySession, .createReadWriteSession: true
        default: false
        }
    }

    /// The command of a submission's path; `nil` for a query.
    var command: (any ActivityCommand.Type)? {
        switch self {
        case .createSubOrganization: CreateSubOrganization.self
        case .createUsers: CreateUsers.self
        case .createAPIKeys: CreateAPIKeys.self
        case .deleteAPIKeys: DeleteAPIKeys.self
        case .createAuthenticators: CreateAuthenticators.self
        case .deleteAuthenticators: DeleteAuthenticators.self
        case .createSessionProfile: CreateSessionProfile.self
        case .stampLogin: StampLogin.self
        case .createReadOnlySession: CreateReadOnlySession.self
        case .createReadWriteSession: CreateReadWriteSession.self
        case .emailAuth: EmailAuth.self
        case .whoami, .getUser, .listUsers, .getAPIKeys, .getAPIKey, .getAuthenticators, .getAuthenticator,
            .getActivity, .getSessionProfile, .getSessionProfiles, .listSubOrganizations:
            nil
        }
    }
}
