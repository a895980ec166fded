// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials

/// Where a frame's sockets are, and whose they may be.
public struct FrameAddress: Sendable, Hashable {
    /// The directory that holds `stamp.sock`, `control.sock` and each `stamp-NAME.sock`.
    public let directory: String
    /// The users whose socket is believed: root, this process's own, and the one named; never one who stands for many.
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
        trustedUsers = KernelUser.trusted.union(frameUser.map { [$0.userId] } ?? []).subtracting(KernelUser.unknown)
    }

    /// - Throws: `.unusablePath` where the door is none, and where the path does not fit `sockaddr_un` (unix(7)): 107 bytes
    ///   and a NUL.
    func socketPath(_ door: Door) throws(StampError) -> String {
        guard let fileName = door.fileName else { throw .unusablePath(path: directory + "/" + door.name) }
        let path = directory + "/" + fileName
        guard path.utf8.count <= 107, !path.utf8.contains(0) else { throw .unusablePath(path: path) }
        return path
    }

    private static func findDirectory(_ environment: [String: String]) -> String {
        if let directory = environment["STAMPD_SOCKET_DIRECTORY"], !directory.isEmpty { return directory }
        // The specification: a relative path is invalid, and to be ignored.
        guard let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") else { return "/run/stampd" }
        let own = runtime + "/stampd"
        return FileManager.default.fileExists(atPath: own) ? own : "/run/stampd"
    }
}
