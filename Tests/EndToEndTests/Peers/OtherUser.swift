// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Connections of another user's process, whose bytes are this one's to write and read (python/connect_as.py).
final class OtherUser {
    let clients: [RawClient]
    private let process: ChildProcess
    private let end: CInt

    /// Connects `count` times as user `uid`, at most 64.
    init(_ uid: UInt32, _ count: Int, at path: String) throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw POSIXError(.EMFILE)
        }
        let passed = fcntl(ends[1], F_DUPFD_CLOEXEC, 20)
        close(ends[1])
        end = ends[0]
        let script = try String(
            contentsOf: repository("Tests/EndToEndTests/python/connect_as.py"),
            encoding: .utf8
        )
        do {
            defer { close(passed) }  // with one held here, a process that cannot connect would seem to be at it
            process = try ChildProcess(
                Neighbour.launcher(uid) + ["/usr/bin/python3", "-c", script, path, "\(count)"],
                passing: [passed]
            )
        }
        clients = try Self.take(count, from: end).map { RawClient(connected: $0) }
    }

    /// Ends the process that connected; its connections stay here.
    func endProcess() { process.end() }

    deinit {
        close(end)
        process.end()
    }

    /// Reads one message of descriptors (unix(7), SCM_RIGHTS).
    private static func take(_ count: Int, from end: CInt) throws -> [CInt] {
        var timeout = timeval(tv_sec: Int(patience), tv_usec: 0)
        setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let headerCount = MemoryLayout<cmsghdr>.size
        var control = [UInt8](repeating: 0, count: headerCount + 64 * MemoryLayout<CInt>.size)
        var byte: UInt8 = 0
        let received = withUnsafeMutablePointer(to: &byte) { byte in
            control.withUnsafeMutableBytes { control in
                var piece = iovec(iov_base: byte, iov_len: 1)
                return withUnsafeMutablePointer(to: &piece) { piece in
                    var message = msghdr()
                    message.msg_iov = piece
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    return recvmsg(end, &message, CInt(MSG_CMSG_CLOEXEC))
                }
            }
        }
        guard received == 1 else { throw WaitTimedOut(what: "connections of another user") }
        return control.withUnsafeBytes { control in
            (0..<count).map { control.loadUnaligned(fromByteOffset: headerCount + $0 * 4, as: CInt.self) }
        }
    }
}
