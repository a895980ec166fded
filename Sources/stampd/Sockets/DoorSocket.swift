// SPDX-License-Identifier: Apache-2.0

/// A listening socket of a frame, whoever made it; its descriptor is closed with it.
protocol DoorSocket: AnyObject {
    var door: Door { get }
    /// For a line of the log: the socket's path, or the name that the service manager gave it.
    var name: String { get }
    /// Its name in the rules of who is served: `control`, `stamp` or `stamp-NAME`.
    var ruleName: String { get }
    var descriptor: CInt { get }
    /// Whom it serves beside the frame's own user and root: everybody whom its file's permissions let through, or nobody.
    var isOpenToOthers: Bool { get }
    /// The directory that its path is removed from in the end; nil where the path is not the frame's.
    var removableFrom: CInt? { get }
}
