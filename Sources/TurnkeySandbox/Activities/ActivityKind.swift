// SPDX-License-Identifier: Apache-2.0

/// The names of one kind of activity.
struct ActivityKind: Sendable, Equatable {
    /// The `type` that a submission must have on its path.
    let type: String
    let intentKey: String
    let resultKey: String

    /// The kind's action in policies. What is neither signed nor deleted by name is created, usually a session.
    var action: String {
        switch type.dropFirst("ACTIVITY_TYPE_".count).prefix(while: { $0 != "_" }) {
        case "DELETE": "DELETE"
        case "SIGN", "ETH": "SIGN"
        default: "CREATE"
        }
    }
}
