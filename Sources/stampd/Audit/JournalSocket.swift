// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A connected datagram socket to the journal that never waits; one datagram is one record.
///
/// Source: systemd.io/JOURNAL_NATIVE_PROTOCOL.
@safe final class JournalSocket {
    let descriptor: CInt
    private let path: String

    /// systemd-journald's own socket.
    static let defaultPath = "/run/systemd/journal/socket"
    /// What fits a socket's address beside the NUL (unix(7)).
    static let maximumPathByteCount = 107

    enum Sent {
        case taken
        /// The journal's queue or this socket's buffer is full; the socket gets writable again.
        case full
        /// Nobody listens there now.
        case refused
    }

    /// - Throws: Where nothing listens at `path`.
    init(path: String) throws(SystemError) {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = try checkLibc(socket(AF_UNIX, type, 0), "socket")
        self.path = path
        try connect()
    }

    deinit { close(descriptor) }

    /// Hands over one record; where the listener went away and another took its place, to that one.
    func send(_ record: [UInt8]) -> Sent {
        let code = sendOnce(record)
        switch code {
        case 0: return .taken
        case EAGAIN, ENOBUFS, ENOMEM: return .full
        default: break
        }
        guard (try? connect()) != nil else { return .refused }
        return sendOnce(record) == 0 ? .taken : .refused
    }

    /// Waits until a record may be taken; only at the process's end.
    func isWritable(within milliseconds: CInt) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&ready, 1, milliseconds) == 1
    }

    /// errno, or 0.
    private func sendOnce(_ record: [UInt8]) -> CInt {
        while true {
            let result = unsafe record.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CLinuxDontWait | CLinuxNoSignal)
            }
            let code = errno
            guard result < 0 else { return 0 }
            if code != EINTR { return code }
        }
    }

    private func connect() throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try checkLibc(result, "connect")
    }
}
