// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// An activity without a result yet, in the shape of the API's answer. `stampctl activity wait` and an approval need
/// it.
struct UnfinishedActivity: Renderable {
    private struct Members: Encodable {
        let id: String
        let organizationId: String
        let fingerprint: String?
        let status: String
        let type: String
    }

    private enum CodingKeys: CodingKey {
        case activity
    }

    private let activity: Members

    init(_ activity: Activity) {
        self.activity = Members(
            id: activity.id,
            organizationId: activity.organizationId,
            fingerprint: activity.fingerprint,
            status: activity.status,
            type: activity.type
        )
    }

    /// Empty, since the error's message tells people.
    var lines: [String] { [] }
}
