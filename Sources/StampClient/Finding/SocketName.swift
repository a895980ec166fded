// SPDX-License-Identifier: Apache-2.0

/// One of a frame's sockets, by its name.
struct SocketName: Sendable, Hashable {
    /// The stamp socket, whose callers may stamp.
    static let stamp = SocketName(name: "stamp")
    /// The control socket, whose callers may also inject, create, end and lock.
    static let control = SocketName(name: "control")
    /// The deliver socket, at which a courier reads cards and delivers parcels.
    static let deliver = SocketName(name: "deliver")

    let name: String

    /// The file's name in the directory of the frame's sockets; nil for a name that no socket has.
    var fileName: String? {
        guard ![.stamp, .control, .deliver].contains(self) else { return name + ".sock" }
        // What follows has the form of a session's name.
        guard name.hasPrefix("stamp-"), (try? SessionName(String(name.dropFirst("stamp-".count)))) != nil else {
            return nil
        }
        return name + ".sock"
    }
}
