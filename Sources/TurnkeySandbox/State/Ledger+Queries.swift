// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ledger {
    /// Answers a read. Only `get_activity` changes anything: it counts as a poll.
    func answerQuery(
        _ endpoint: Endpoint,
        _ body: RequestBody,
        from caller: Caller,
        in organization: inout Organization,
        at now: Date
    ) throws(APIRefusal) -> JSONObject {
        var fields = body.fields
        let argument: String? =
            switch endpoint {
            case .getUser: try fields.string("userId")
            case .getAPIKeys: try fields.optionalString("userId")
            case .getAPIKey: try fields.string("apiKeyId")
            case .getActivity: try fields.string("activityId")
            default: nil
            }
        try fields.finish()
        switch endpoint {
        case .getUser: return ["user": .object(try organization.user(argument ?? "").json)]
        case .listUsers: return ["users": .array(organization.users.map { .object($0.json) })]
        case .getAPIKeys: return try apiKeys(of: argument ?? caller.userId.text, in: organization)
        case .getAPIKey: return try apiKey(argument ?? "", in: organization)
        case .getActivity:
            return activityAnswer(poll(try organization.activity(argument ?? ""), in: &organization, at: now))
        default: return try whoami(caller, in: organization)
        }
    }

    private func whoami(_ caller: Caller, in organization: Organization) throws(APIRefusal) -> JSONObject {
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

    private func apiKey(_ text: String, in organization: Organization) throws(APIRefusal) -> JSONObject {
        let keys = organization.users.flatMap(\.apiKeys)
        guard let key = keys.first(where: { $0.id == UUID(uuidString: text) }) else { throw .apiKeyNotFound }
        return ["apiKey": .object(key.json)]
    }
}
