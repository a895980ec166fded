// SPDX-License-Identifier: Apache-2.0

/// The words of one kind of activity.
struct ActivityKind: Sendable, Equatable {
    /// The `type` that a submission must carry on its path.
    let type: String
    let intentKey: String
    let resultKey: String

    /// The word for it in policies. What is neither signed nor deleted by name is created: a session, mostly.
    var action: String {
        switch type.dropFirst("ACTIVITY_TYPE_".count).prefix(while: { $0 != "_" }) {
        case "DELETE": "DELETE"
        case "SIGN", "ETH": "SIGN"
        default: "CREATE"
        }
    }
}
