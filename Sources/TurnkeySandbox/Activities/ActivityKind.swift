// SPDX-License-Identifier: Apache-2.0

/// The words of one kind of activity.
struct ActivityKind: Sendable, Equatable {
    /// The `type` that a submission must carry on its path.
    let type: String
    let intentKey: String
    let resultKey: String
}
