// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A datagram socket to a service of this machine, the journal or the service manager. It never blocks.
@safe final class DatagramSocket {
    let descriptor: CInt
    private let path: String

    /// The longest path that fits a socket's address with its NUL (unix(7)).
    static let maximumPathByteCount = 107

    enum Sent {
        case taken
        /// The listener's queue or this socket's buffer is full. The socket becomes writable when there is room.
        case full
        /// No process listens there now.
        case refused
    }

    /// Creates an unconnected socket.
    ///
    /// - Parameter path: 1 to `maximumPathByteCount` bytes; with a leading "@" the name of an abstract socket.
    /// - Throws: `SystemError` if there are no descriptors.
    init(path: String) throws(SystemError) {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = try checkLibc(socket(AF_UNIX, type, 0), "socket")
        self.path = path
    }

    deinit { close(descriptor) }

    /// Connects the socket.
    ///
    /// - Throws: `SystemError` if no process listens at the path.
    func connect() throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8.prefix(Self.maximumPathByteCount))
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: name) }
        // An abstract name ends with the address's length, not with a NUL.
        let byteCount = isAbstract ? MemoryLayout<sa_family_t>.size + name.count : MemoryLayout<sockaddr_un>.size
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, socklen_t(byteCount))
            }
        }
        try checkLibc(result, "connect")
    }

    /// Sends one datagram, with a duplicate of a descriptor if one is given. If the listener was replaced by another,
    /// reconnects to that one.
    func send(_ datagram: [UInt8], passing passed: CInt? = nil) -> Sent {
        let code = sendOnce(datagram, passed)
        switch code {
        case 0: return .taken
        case EAGAIN, ENOBUFS, ENOMEM: return .full
        default: break
        }
        guard (try? connect()) != nil else { return .refused }
        return sendOnce(datagram, passed) == 0 ? .taken : .refused
    }

    /// The most datagrams that one `send(_:lengths:)` sends.
    static let maximumBatchCount = CLinuxMostDatagrams

    /// Sends datagrams that lie one behind the other in `bytes`. If the listener was replaced by another, reconnects to
    /// that one.
    ///
    /// - Returns: How many were sent, from the front; and if none was, why.
    func send(_ bytes: [UInt8], lengths: [UInt32]) -> (takenCount: Int, result: Sent) {
        let first = sendOnce(bytes, lengths)
        switch first.code {
        case 0: return (first.takenCount, .taken)
        case EAGAIN, ENOBUFS, ENOMEM: return (0, .full)
        default: break
        }
        guard (try? connect()) != nil else { return (0, .refused) }
        let second = sendOnce(bytes, lengths)
        return (second.takenCount, second.code == 0 ? .taken : .refused)
    }

    /// Sends datagrams once; returns errno, or 0.
    private func sendOnce(_ bytes: [UInt8], _ lengths: [UInt32]) -> (takenCount: Int, code: CInt) {
        while true {
            let result = unsafe bytes.withUnsafeBytes { bytes in
                unsafe CLinuxSendDatagrams(descriptor, bytes.baseAddress, lengths, UInt32(clamping: lengths.count))
            }
            let code = errno
            guard result < 0 else { return (Int(result), 0) }
            if code != EINTR { return (0, code) }
        }
    }

    /// Waits until a datagram may be sent. Used at the process's end only.
    func isWritable(within milliseconds: CInt) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&ready, 1, milliseconds) == 1
    }

    /// Sends a datagram once; returns errno, or 0.
    private func sendOnce(_ datagram: [UInt8], _ passed: CInt?) -> CInt {
        while true {
            let result = unsafe datagram.withUnsafeBytes { bytes in
                if let passed {
                    unsafe CLinuxSendDescriptor(descriptor, bytes.baseAddress, bytes.count, passed)
                } else {
                    unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, CLinuxDontWait | CLinuxNoSignal)
                }
            }
            let code = errno
            guard result < 0 else { return 0 }
            if code != EINTR { return code }
        }
    }
}
