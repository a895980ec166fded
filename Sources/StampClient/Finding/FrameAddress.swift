// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials
import KernelUser

/// The directory of a frame's sockets, and the users to whom they may belong.
public struct FrameAddress: Sendable, Hashable {
    /// The directory that holds `stamp.sock`, `control.sock`, `deliver.sock` and each `stamp-NAME.sock`.
    public let directory: String
    /// The users whose sockets are trusted: root, this process's own, and the one named; never an id that many users
    /// share.
    let trustedUsers: Set<UInt32>

    /// Finds the directory: the first that is given of `socketDirectory` and `STAMPD_SOCKET_DIRECTORY`; else the first
    /// that exists of `$XDG_RUNTIME_DIR/stampd` and `/run/stampd`.
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

    /// Returns the path of a socket.
    ///
    /// - Throws: `.unusablePath` if no socket has this name, or if the path does not fit `sockaddr_un` (unix(7)): 107
    ///   bytes and a NUL.
    func socketPath(_ socket: SocketName) throws(StampError) -> String {
        guard let fileName = socket.fileName else { throw .unusablePath(path: directory + "/" + socket.name) }
        let path = directory + "/" + fileName
        guard path.utf8.count <= 107, !path.utf8.contains(0) else { throw .unusablePath(path: path) }
        return path
    }

    private static func findDirectory(_ environment: [String: String]) -> String {
        if let directory = environment["STAMPD_SOCKET_DIRECTORY"], !directory.isEmpty { return directory }
        // The XDG Base Directory Specification calls a relative path invalid, to be ignored.
        guard let runtime = environment["XDG_RUNTIME_DIR"], runtime.hasPrefix("/") else { return "/run/stampd" }
        let own = runtime + "/stampd"
        return FileManager.default.fileExists(atPath: own) ? own : "/run/stampd"
    }
}
