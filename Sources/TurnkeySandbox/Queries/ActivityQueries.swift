// SPDX-License-Identifier: Apache-2.0

/// The query `get_activity`, which counts as a poll of a pending activity.
struct GetActivity: APIQuery {
    private let activityId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        activityId = try fields.string("activityId")
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let activity = try ledger.poll(try context.organization.activity(activityId), at: context.now)
        return ledger.activityAnswer(activity, for: context.caller, at: context.now)
    }
}

/// The query `list_activities`: by status and type, the newest first, in pages.
struct ListActivities: APIQuery {
    private static let statuses: Set<String> = Set(
        ["CREATED", "PENDING", "COMPLETED", "FAILED", "CONSENSUS_NEEDED", "REJECTED", "AUTHENTICATORS_NEEDED"]
            .map { "ACTIVITY_STATUS_" + $0 }
    )

    private let statuses: [String]
    private let types: [String]
    private let page: Page

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        statuses = try fields.optionalStrings("filterByStatus") ?? []
        guard statuses.allSatisfy(Self.statuses.contains) else {
            throw fields.invalid("filterByStatus", "must be of the API's statuses")
        }
        types = try fields.optionalStrings("filterByType") ?? []
        guard types.allSatisfy({ $0.hasPrefix("ACTIVITY_TYPE_") }) else {
            throw fields.invalid("filterByType", "must be of the API's types")
        }
        page = try Page(reading: &fields)
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let activities = select(from: context.organization.activities)
            .map { ledger.json(of: $0, for: context.caller, at: context.now) }
        return ["activities": .array(activities.map { .object($0) })]
    }

    private func select(from activities: [Activity]) -> [Activity] {
        let asked = activities.reversed().filter { activity in
            (statuses.isEmpty || statuses.contains(activity.statusName))
                && (types.isEmpty || types.contains(activity.kind.type))
        }
        return page.select(from: asked, by: \.id)
    }
}
