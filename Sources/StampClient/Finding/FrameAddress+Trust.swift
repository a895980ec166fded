// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore

extension FrameAddress {
    /// Refuses a directory in which other users could put a socket of their own.
    ///
    /// - Throws: `.noFrame` if there is none, `.notPermitted`, `.untrustedDirectory`.
    package func checkDirectory() throws(StampError) {
        var status = stat()
        guard unsafe stat(directory, &status) == 0 else {
            let code = errno
            guard code != EACCES else { throw .notPermitted(path: directory) }
            throw .noFrame(path: directory, reason: unsafe String(cString: strerror(code)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw .untrustedDirectory(path: directory, reason: .notDirectory)
        }
        guard trustedUsers.contains(status.st_uid) else {
            throw .untrustedDirectory(path: directory, reason: .owner(userId: status.st_uid))
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .untrustedDirectory(path: directory, reason: .writable(mode: status.st_mode & 0o7777))
        }
    }

    /// Refuses a connection whose other end was opened by an untrusted user.
    ///
    /// SO_PEERCRED of a connected socket names the process that called listen(2) (unix(7)): the frame itself, or the
    /// service manager that opened the socket for it.
    ///
    /// - Throws: `.untrustedListener`.
    func checkListener(of channel: any Channel, path: String) async throws(StampError) {
        guard let userId = await Self.readListener(of: channel) else {
            throw .untrustedListener(path: path, userId: nil)
        }
        guard trustedUsers.contains(userId) else { throw .untrustedListener(path: path, userId: userId) }
    }

    private static func readListener(of channel: any Channel) async -> UInt32? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let name = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        let credentials: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(level: .socket, name: name)
        return try? await credentials.get().userId
    }
}

/// `struct ucred` (unix(7)), which Glibc's module hides behind a feature macro.
private struct PeerCredentials: Sendable {
    let processId: Int32
    let userId: UInt32
    let groupId: UInt32
}
