// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSystemd
import Glibc
import SignerCore

/// A listening socket that the service manager made. The manager decides its path, which stays when the frame ends, and
/// who may connect, by the file's permissions.
final class PassedSocket: FrameSocket {
    let kind: SocketKind
    /// The name as in `FileDescriptorName=`: `control`, `deliver`, `stamp` or `stamp-NAME`.
    let name: String
    let descriptor: CInt
    var ruleName: String { name }
    let isOpenToOthers = true
    let removableFrom: CInt? = nil

    /// Takes all passed sockets, which must include a control socket.
    static func readAll(_ passed: PassedDescriptors) throws(PassedSocketError) -> [PassedSocket] {
        var sockets: [PassedSocket] = []
        for entry in passed.entries {
            guard !sockets.contains(where: { $0.name == entry.name }) else { throw .doubled(name: entry.name) }
            sockets.append(try PassedSocket(entry))
        }
        guard sockets.contains(where: { $0.kind == .control }) else { throw .noControl }
        return sockets
    }

    private init(_ entry: PassedDescriptors.Entry) throws(PassedSocketError) {
        guard let kind = Self.kind(named: entry.name) else { throw .unknown(name: entry.name) }
        guard sd_is_socket_unix(entry.descriptor, CLinuxStream, 1, nil, 0) > 0 else {
            throw .wrongType(name: entry.name)
        }
        // The flag is shared with the manager's own descriptor, to which it makes no difference.
        let flags = fcntl(entry.descriptor, F_GETFL)
        guard flags >= 0, fcntl(entry.descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .wrongType(name: entry.name)
        }
        self.kind = kind
        name = entry.name
        descriptor = entry.descriptor
    }

    deinit { close(descriptor) }

    static func kind(named name: String) -> SocketKind? {
        if let kind = SocketKind.allCases.first(where: { $0.name == name }) { return kind }
        guard name.hasPrefix("stamp-") else { return nil }
        let own = Array(name.utf8.dropFirst("stamp-".utf8.count))
        return SessionName(own.span) == nil ? nil : .stamp
    }

    /// The longest NAME of `stamp-NAME`, in bytes. It has the form of a session's name.
    static let maximumNameByteCount = SessionName.maximumByteCount
    /// The longest name as a whole, in bytes.
    static let maximumByteCount = "stamp-".utf8.count + maximumNameByteCount
}
