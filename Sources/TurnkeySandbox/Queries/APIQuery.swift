// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A query: its members are read once, then it is answered.
protocol APIQuery: Sendable {
    /// Reads the members that a body of this query has. The caller then refuses members that were not read.
    init(reading fields: inout FieldReader) throws(APIRefusal)

    /// Answers the query. Only `get_activity` changes anything: it counts as a poll.
    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject
}

/// A query that only looks at the organization that it is about.
protocol OrganizationQuery: APIQuery {
    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject
}

extension OrganizationQuery {
    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        try answer(from: context.organization)
    }
}

/// What a query is answered with besides its members.
struct QueryContext {
    let caller: Caller
    /// The organization that the query is about.
    let organization: Organization
    let now: Date
}
