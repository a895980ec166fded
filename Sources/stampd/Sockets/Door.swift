// SPDX-License-Identifier: Apache-2.0

/// What a socket offers; a frame may have several for stamping.
enum Door: CaseIterable {
    case stamp
    case control

    /// What the service manager calls a socket of it, and the rules.
    var name: String {
        switch self {
        case .stamp: "stamp"
        case .control: "control"
        }
    }
}
