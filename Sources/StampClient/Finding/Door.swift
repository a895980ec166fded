// SPDX-License-Identifier: Apache-2.0

/// One of a frame's two sockets.
enum Door: String, Sendable {
    /// Who may stamp.
    case stamp = "stamp.sock"
    /// Who may also inject, create, end and lock.
    case control = "control.sock"
}
