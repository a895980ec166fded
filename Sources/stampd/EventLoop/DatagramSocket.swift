// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A datagram socket to somebody of this machine, that never waits: the journal, or the service manager.
@safe final class DatagramSocket {
    let descriptor: CInt
    private let path: String

    /// What fits a socket's address beside the NUL (unix(7)).
    static let maximumPathByteCount = 107

    enum Sent {
        case taken
        /// The listener's queue or this socket's buffer is full; the socket gets writable again.
        case full
        /// Nobody listens there now.
        case refused
    }

    /// Connected to nobody yet.
    ///
    /// - Parameter path: Of 1 to `maximumPathByteCount` bytes; a name of no file where "@" is in front.
    /// - Throws: Where there are no descriptors.
    init(path: String) throws(SystemError) {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = try checkLibc(socket(AF_UNIX, type, 0), "socket")
        self.path = path
    }

    deinit { close(descriptor) }

    /// - Throws: Where nothing listens at the path.
    func connect() throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8.prefix(Self.maximumPathByteCount))
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in unsafe target.copyBytes(from: name) }
        // A name of no file has no end but the address's.
        let byteCount = isAbstract ? MemoryLayout<sa_family_t>.size + name.count : MemoryLayout<sockaddr_un>.size
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, socklen_t(byteCount))
            }
        }
        try checkLibc(result, "connect")
    }

    /// Hands over one datagram, and a duplicate of a descriptor with it; where the listener went away and another took its
    /// place, to that one.
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

    /// Most datagrams that one `send(_:lengths:)` hands over.
    static let maximumBatchCount = CLinuxMostDatagrams

    /// Hands over datagrams that lie one behind the other in `bytes`; where the listener went away and another took its
    /// place, to that one.
    ///
    /// - Returns: How many were taken, from the front; and where it is none, why.
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

    /// errno, or 0.
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

    /// Waits until a datagram may be taken; only at the process's end.
    func isWritable(within milliseconds: CInt) -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&ready, 1, milliseconds) == 1
    }

    /// errno, or 0.
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
