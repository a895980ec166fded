// SPDX-License-Identifier: Apache-2.0

/// A path that the sandbox serves.
enum Endpoint: String, Sendable, CaseIterable {
    case whoami = "/public/v1/query/whoami"
    case getUser = "/public/v1/query/get_user"
    case listUsers = "/public/v1/query/list_users"
    case getAPIKeys = "/public/v1/query/get_api_keys"
    case getAPIKey = "/public/v1/query/get_api_key"
    case getActivity = "/public/v1/query/get_activity"
    case createAPIKeys = "/public/v1/submit/create_api_keys"
    case deleteAPIKeys = "/public/v1/submit/delete_api_keys"
    case createAuthenticators = "/public/v1/submit/create_authenticators"
    case stampLogin = "/public/v1/submit/stamp_login"
    case createReadWriteSession = "/public/v1/submit/create_read_write_session"

    /// Reads and writes word some errors differently.
    enum Family: Sendable {
        case query
        case submit
    }

    var family: Family {
        switch self {
        case .whoami, .getUser, .listUsers, .getAPIKeys, .getAPIKey, .getActivity: .query
        case .createAPIKeys, .deleteAPIKeys, .createAuthenticators, .stampLogin, .createReadWriteSession: .submit
        }
    }
}
