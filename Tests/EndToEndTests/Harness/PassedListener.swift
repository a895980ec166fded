// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A descriptor that a test passes to a daemon as a service manager does.
final class PassedListener {
    enum Kind {
        case listening
        case notListening
        case datagram
        case pipe
    }

    let name: String
    /// 20 or more, as a child's descriptors are put in place from 3 on.
    let descriptor: CInt

    init(_ name: String, path: String, _ kind: Kind = .listening) throws {
        self.name = name
        guard kind != .pipe else {
            let pipe = try ChildPipe()
            close(pipe.writeEnd)
            descriptor = pipe.readEnd
            return
        }
        let type = kind == .datagram ? SOCK_DGRAM : SOCK_STREAM
        let made = socket(AF_UNIX, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptor = fcntl(made, F_DUPFD_CLOEXEC, 20)
        close(made)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(.EADDRINUSE) }
        guard kind == .listening else { return }
        guard listen(descriptor, 64) == 0 else { throw POSIXError(.EIO) }
    }

    deinit { close(descriptor) }

    /// The two sockets that a frame has at least.
    static func pair(in directory: String) throws -> [PassedListener] {
        try ["control", "stamp"].map { try PassedListener($0, path: "\(directory)/\($0).sock") }
    }

    /// Goes in front of a program: its process is the one that `$LISTEN_PID` names.
    static let launcher = ["sh", "-c", #"LISTEN_PID=$$ exec "$@""#, "sh"]

    static func environment(_ sockets: [PassedListener]) -> [String: String] {
        ["LISTEN_FDS": "\(sockets.count)", "LISTEN_FDNAMES": sockets.map(\.name).joined(separator: ":")]
    }
}
