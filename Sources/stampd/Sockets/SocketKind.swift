// SPDX-License-Identifier: Apache-2.0

/// The kinds of sockets. A frame may have several stamp sockets.
enum SocketKind: CaseIterable {
    case stamp
    case control
    case deliver

    /// The name of such a socket, for the service manager and in `authorization`.
    var name: String {
        switch self {
        case .stamp: "stamp"
        case .control: "control"
        case .deliver: "deliver"
        }
    }
}
