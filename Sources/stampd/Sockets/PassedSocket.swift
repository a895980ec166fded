// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSystemd
import Glibc

/// A listening socket that the service manager made: who may connect is the manager's decision, by the file's permissions,
/// and so is its path, which stays when the frame ends.
final class PassedSocket: DoorSocket {
    let door: Door
    /// As `FileDescriptorName=` has it: `control`, `stamp` or `stamp-NAME`.
    let name: String
    let descriptor: CInt
    var ruleName: String { name }
    let isOpenToOthers = true
    let removableFrom: CInt? = nil

    /// Every socket of a frame that was passed all it needs.
    static func readAll(_ passed: PassedDescriptors) throws(PassedSocketError) -> [PassedSocket] {
        var sockets: [PassedSocket] = []
        for entry in passed.entries {
            guard !sockets.contains(where: { $0.name == entry.name }) else { throw .doubled(name: entry.name) }
            sockets.append(try PassedSocket(entry))
        }
        guard sockets.contains(where: { $0.door == .control }) else { throw .noControl }
        return sockets
    }

    private init(_ entry: PassedDescriptors.Entry) throws(PassedSocketError) {
        guard let door = Self.door(named: entry.name) else { throw .unknown(name: entry.name) }
        guard sd_is_socket_unix(entry.descriptor, CLinuxStream, 1, nil, 0) > 0 else {
            throw .wrongType(name: entry.name)
        }
        // Shared with the manager's own descriptor, to which it makes no difference.
        let flags = fcntl(entry.descriptor, F_GETFL)
        guard flags >= 0, fcntl(entry.descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .wrongType(name: entry.name)
        }
        self.door = door
        name = entry.name
        descriptor = entry.descriptor
    }

    deinit { close(descriptor) }

    static func door(named name: String) -> Door? {
        if name == "control" { return .control }
        if name == "stamp" { return .stamp }
        guard name.hasPrefix("stamp-") else { return nil }
        let own = name.utf8.dropFirst("stamp-".utf8.count)
        return (1...maximumNameByteCount).contains(own.count) && own.allSatisfy(isNameByte) ? .stamp : nil
    }

    /// As long as a session's name may be, and of the same characters.
    static let maximumNameByteCount = 64
    /// Of a name as a whole.
    static let maximumByteCount = "stamp-".utf8.count + maximumNameByteCount

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
