// SPDX-License-Identifier: Apache-2.0

/// A listening socket of a frame, which the frame bound or the service manager passed. It closes its descriptor at its
/// end.
protocol FrameSocket: AnyObject {
    var kind: SocketKind { get }
    /// The name in lines of the log: the socket's path, or the name that the service manager gave it.
    var name: String { get }
    /// The name in the configuration: `control`, `deliver`, `stamp` or `stamp-NAME`.
    var ruleName: String { get }
    var descriptor: CInt { get }
    /// Whether it serves every user whom its file's permissions let through, and not only the frame's own user and
    /// root.
    var isOpenToOthers: Bool { get }
    /// The directory from which its path is removed at the end; nil if the path is not the frame's.
    var removableFrom: CInt? { get }
}
