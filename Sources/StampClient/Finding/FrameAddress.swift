// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials
import Glibc

/// Where a frame's sockets are, and whose they may be.
public struct FrameAddress: Sendable, Hashable {
    /// The directory that holds `stamp.sock` and `control.sock`.
    public let directory: String
    /// The users whose socket is believed: root, this process's own, and the one named.
    let trustedUsers: Set<UInt32>

    /// Looks in this order, and stays with the first that is given: `socketDirectory`, `STAMPD_SOCKET_DIRECTORY`; then
    /// with the first that exists: `$XDG_RUNTIME_DIR/stampd`, `/run/stampd`.
    ///
    /// `frameUser` is a user besides root and this process's own whose frame is trusted.
    public init(
        socketDirectory: String? = nil,
        frameUser: FrameUser? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        directory = socketDirectory ?? Self.findDirectory(environment)
        trustedUsers = Set([0, geteuid()] + (frameUser.map { [$0.userId] } ?? []))
    }

    /// - Throws: `.unusablePath` where the path does not fit `sockaddr_un` (unix(7)): 107 bytes and a NUL.
    func socketPath(_ door: Door) throws(StampError) -> String {
        let path = directory + "/" + door.rawValue
        guard path.utf8.count <= 107, !path.utf8.contains(0) else { throw .unusablePath(path: path) }
        return path
    }

    private static func findDirectory(_ environment: [String: String]) -> String {
        if let directory = environment["STAMPD_SOCKET_DIRECTORY"], !directory.isEmpty { return directory }
        guard let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty else { return "/run/stampd" }
        let own = runtime + "/stampd"
        return FileManager.default.fileExists(atPath: own) ? own : "/run/stampd"
    }
}
