// SPDX-License-Identifier: Apache-2.0

/// What `list_activities` asks for: those of some statuses and types, the newest first, in pages.
struct ActivityListQuery {
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
        try fields.finish()
    }

    func select(from activities: [Activity]) -> [Activity] {
        let asked = activities.reversed().filter { activity in
            (statuses.isEmpty || statuses.contains(activity.statusName))
                && (types.isEmpty || types.contains(activity.kind.type))
        }
        return page.select(from: asked, by: \.id)
    }
}
