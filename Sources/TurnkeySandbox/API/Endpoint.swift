// SPDX-License-Identifier: Apache-2.0

/// The paths that the sandbox serves.
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
    case listActivities = "/public/v1/query/list_activities"
    case listWallets = "/public/v1/query/list_wallets"
    case getWallet = "/public/v1/query/get_wallet"
    case listWalletAccounts = "/public/v1/query/list_wallet_accounts"
    case getWalletAccount = "/public/v1/query/get_wallet_account"
    case getSendTransactionStatus = "/public/v1/query/get_send_transaction_status"
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
    case createWallet = "/public/v1/submit/create_wallet"
    case createWalletAccounts = "/public/v1/submit/create_wallet_accounts"
    case signTransaction = "/public/v1/submit/sign_transaction"
    case signRawPayload = "/public/v1/submit/sign_raw_payload"
    case signRawPayloads = "/public/v1/submit/sign_raw_payloads"
    case ethSendTransaction = "/public/v1/submit/eth_send_transaction"
    case approveActivity = "/public/v1/submit/approve_activity"
    case rejectActivity = "/public/v1/submit/reject_activity"

    /// Some errors have other texts for reads than for writes.
    enum Family: Sendable {
        case query
        case submit
    }

    /// What is done at a path.
    enum Purpose {
        case query(any APIQuery.Type)
        case command(any ActivityCommand.Type)
        case vote(ActivityDecision)
    }

    var family: Family { kinds.isEmpty ? .query : .submit }

    /// The kinds of activity that the path takes; none for a query.
    var kinds: [ActivityKind] {
        switch purpose {
        case .query: []
        case .command(let command): command.kinds
        case .vote(let decision): [decision.kind]
        }
    }

    /// Whether a user of a sub-organization may name the parent if they do not know their own; the API then finds it.
    var resolvesSubOrganization: Bool {
        switch self {
        case .whoami, .getActivity, .stampLogin, .createReadOnlySession, .createReadWriteSession: true
        default: false
        }
    }

    var purpose: Purpose {
        switch self {
        case .whoami: .query(Whoami.self)
        case .getUser: .query(GetUser.self)
        case .listUsers: .query(ListUsers.self)
        case .getAPIKeys: .query(GetAPIKeys.self)
        case .getAPIKey: .query(GetAPIKey.self)
        case .getAuthenticators: .query(GetAuthenticators.self)
        case .getAuthenticator: .query(GetAuthenticator.self)
        case .getActivity: .query(GetActivity.self)
        case .getSessionProfile: .query(GetSessionProfile.self)
        case .getSessionProfiles: .query(GetSessionProfiles.self)
        case .listSubOrganizations: .query(ListSubOrganizations.self)
        case .listActivities: .query(ListActivities.self)
        case .listWallets: .query(ListWallets.self)
        case .getWallet: .query(GetWallet.self)
        case .listWalletAccounts: .query(ListWalletAccounts.self)
        case .getWalletAccount: .query(GetWalletAccount.self)
        case .getSendTransactionStatus: .query(GetSendTransactionStatus.self)
        case .createSubOrganization: .command(CreateSubOrganization.self)
        case .createUsers: .command(CreateUsers.self)
        case .createAPIKeys: .command(CreateAPIKeys.self)
        case .deleteAPIKeys: .command(DeleteAPIKeys.self)
        case .createAuthenticators: .command(CreateAuthenticators.self)
        case .deleteAuthenticators: .command(DeleteAuthenticators.self)
        case .createSessionProfile: .command(CreateSessionProfile.self)
        case .stampLogin: .command(StampLogin.self)
        case .createReadOnlySession: .command(CreateReadOnlySession.self)
        case .createReadWriteSession: .command(CreateReadWriteSession.self)
        case .emailAuth: .command(EmailAuth.self)
        case .createWallet: .command(CreateWallet.self)
        case .createWalletAccounts: .command(CreateWalletAccounts.self)
        case .signTransaction: .command(SignTransaction.self)
        case .signRawPayload: .command(SignRawPayload.self)
        case .signRawPayloads: .command(SignRawPayloads.self)
        case .ethSendTransaction: .command(EthSendTransaction.self)
        case .approveActivity: .vote(.approve)
        case .rejectActivity: .vote(.reject)
        }
    }
}
