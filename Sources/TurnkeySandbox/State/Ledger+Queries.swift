// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ledger {
    /// Answers a read. Only `get_activity` changes anything: it counts as a poll.
    mutating func answerQuery(
        _ endpoint: Endpoint,
        _ body: RequestBody,
        from caller: Caller,
        in organization: Organization,
        at now: Date
    ) throws(APIRefusal) -> JSONObject {
        var fields = body.fields
        switch endpoint {
        case .listSubOrganizations:
            let filter = try SubOrganizationFilter(reading: &fields)
            try fields.finish()
            return ["organizationIds": .array(subOrganizationIds(of: organization, filter))]
        case .listActivities:
            let query = try ActivityListQuery(reading: &fields)
            let activities = query.select(from: organization.activities)
            return ["activities": .array(activities.map { .object(json(of: $0, for: caller, at: now)) })]
        case .listWalletAccounts: return try WalletAccountsQuery(reading: &fields).answer(from: organization)
        case .getWalletAccount: return try WalletAccountQuery(reading: &fields).answer(from: organization)
        default: break
        }
        let argument: String? =
            switch endpoint {
            case .getUser, .getAuthenticators: try fields.string("userId")
            case .getAPIKeys: try fields.optionalString("userId")
            case .getAPIKey: try fields.string("apiKeyId")
            case .getAuthenticator: try fields.string("authenticatorId")
            case .getActivity: try fields.string("activityId")
            case .getSessionProfile: try fields.string("sessionProfileId")
            case .getWallet: try fields.string("walletId")
            case .getSendTransactionStatus: try fields.string("sendTransactionStatusId")
            default: nil
            }
        try fields.finish()
        if endpoint == .getActivity {
            let activity = try poll(try organization.activity(argument ?? ""), at: now)
            return activityAnswer(activity, for: caller, at: now)
        }
        return try read(endpoint, argument, from: caller, in: organization)
    }

    private func read(
        _ endpoint: Endpoint,
        _ argument: String?,
        from caller: Caller,
        in organization: Organization
    ) throws(APIRefusal) -> JSONObject {
        let text = argument ?? ""
        return switch endpoint {
        case .getUser: ["user": .object(try organization.user(text).json)]
        case .listUsers: ["users": .array(organization.users.map { .object($0.json) })]
        case .getAPIKeys: try apiKeys(of: argument ?? caller.userId.text, in: organization)
        case .getAPIKey: ["apiKey": .object(try organization.apiKey(text).json)]
        case .getAuthenticators:
            ["authenticators": .array(try organization.user(text).authenticators.map { .object($0.json) })]
        case .getAuthenticator: ["authenticator": .object(try organization.authenticator(text).json)]
        case .getSessionProfile:
            ["sessionProfile": .object(try directory.sessionProfile(text, for: organization).json)]
        case .getSessionProfiles:
            ["sessionProfiles": .array(organization.sessionProfiles.map { .object($0.json) })]
        case .listWallets: ["wallets": .array(organization.wallets.map { .object($0.json) })]
        case .getWallet: ["wallet": .object(try organization.wallet(text).json)]
        case .getSendTransactionStatus: try directory.transaction(text, of: organization).status
        default: try whoami(caller)
        }
    }

    /// Who asks, whatever organization they name.
    private func whoami(_ caller: Caller) throws(APIRefusal) -> JSONObject {
        let organization = try directory.organization(caller.organizationId)
        let user = try organization.user(caller.userId)
        return [
            "organizationId": .string(organization.id.text),
            "organizationName": .string(organization.name),
            "userId": .string(user.id.text),
            "username": .string(user.name),
        ]
    }

    private func apiKeys(of userId: String, in organization: Organization) throws(APIRefusal) -> JSONObject {
        ["apiKeys": .array(try organization.user(userId).apiKeys.map { .object($0.json) })]
    }

    private func subOrganizationIds(of organization: Organization, _ filter: SubOrganizationFilter?) -> [JSONValue] {
        directory.subOrganizations(of: organization.id)
            .filter { filter?.matches($0) ?? true }
            .map { .string($0.id.text) }
    }
}

extension Organization {
    func apiKey(_ text: String) throws(APIRefusal) -> APIKey {
        let keys = users.flatMap(\.apiKeys)
        guard let key = keys.first(where: { $0.id == UUID(uuidString: text) }) else { throw .apiKeyNotFound }
        return key
    }

    func authenticator(_ text: String) throws(APIRefusal) -> Authenticator {
        let authenticators = users.flatMap(\.authenticators)
        guard let found = authenticators.first(where: { $0.id == UUID(uuidString: text) }) else {
            throw .authenticatorNotFound
        }
        return found
    }
}
