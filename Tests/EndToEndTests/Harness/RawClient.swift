// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A peer of the daemon made of socket calls alone. Each of them waits as long as patience lasts, at most.
final class RawClient {
    let descriptor: CInt
    private var received: [UInt8] = []
    private var start = 0

    init(path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnixAddress(path) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        setPatience()
    }

    /// Takes over a descriptor that is connected.
    init(connected descriptor: CInt) {
        self.descriptor = descriptor
        setPatience()
    }

    private func setPatience() {
        var timeout = timeval(tv_sec: Int(patience), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &timeout, size) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        guard Self.write(bytes, to: descriptor) else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// False, with errno, where the connection takes no more.
    private static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Writes what the kernel takes without waiting; the count of bytes taken.
    func writeNow(_ bytes: [UInt8]) -> Int {
        let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        return bytes.withUnsafeBytes { max(0, send(descriptor, $0.baseAddress, bytes.count, flags)) }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Writes on a thread of its own, for more than the kernel holds while nobody reads; up to `times` times, until the
    /// connection ends.
    func writeBehind(_ bytes: [UInt8], times: Int = 1) {
        let descriptor = dup(descriptor)
        Thread {
            defer { close(descriptor) }
            for _ in 0..<times {
                guard Self.write(bytes, to: descriptor) else { return }
            }
        }.start()
    }

    /// Whether something can be read now: a reply or the end.
    var isReadable: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return start < received.count || poll(&ready, 1, 0) > 0
    }

    /// Says that no more comes; replies still do.
    func finishWriting() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// One reply, as bytes without NUL; nil at the end of the connection.
    func readFrame() throws -> [UInt8]? {
        var scanned = start
        while true {
            if let end = received[scanned...].firstIndex(of: 0) {
                defer { start = end + 1 }
                return Array(received[start..<end])
            }
            if start > 0 {
                received.removeFirst(start)
                start = 0
            }
            scanned = received.count
            guard try receive() else {
                guard received.isEmpty else { throw POSIXError(.EPROTO) }
                return nil
            }
        }
    }

    /// False at the end of the connection: closed or reset.
    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received += buffer[..<count]
                return true
            }
            if count == 0 || errno == ECONNRESET { return false }
            guard errno == EINTR else { throw WaitTimedOut(what: "a reply: errno \(errno)") }
        }
    }

    func read() throws -> Message? { try readFrame().map(Message.init) }

    func readReply() throws -> Message {
        guard let reply = try read() else { throw POSIXError(.ECONNRESET) }
        return reply
    }

    /// Every reply until the connection's end.
    func readToEnd() throws -> [Message] {
        var replies: [Message] = []
        while let reply = try read() { replies.append(reply) }
        return replies
    }

    @discardableResult
    func call(_ method: String, _ parameters: [String: Any]? = nil) throws -> Message {
        try write(makeCall(method, parameters))
        return try readReply()
    }

    /// The reply; nil where the connection ends instead.
    func callOrEnd(_ method: String) throws -> Message? {
        do { try write(makeCall(method)) } catch { return nil }
        return try read()
    }

    /// Calls a method of io.stampd.Stamper.
    @discardableResult
    func stamper(_ method: String, _ parameters: [String: Any]? = nil) throws -> Message {
        try call("io.stampd.Stamper.\(method)", parameters)
    }

    /// Calls a method of io.stampd.Control.
    @discardableResult
    func control(_ method: String, _ parameters: [String: Any]? = nil) throws -> Message {
        try call("io.stampd.Control.\(method)", parameters)
    }
}

extension RawClient {
    /// How many frames come until the connection's end; the last may be cut.
    func readFramesToEnd() throws -> Int {
        var count = 0
        while true {
            do {
                guard try readFrame() != nil else { return count }
                count += 1
            } catch POSIXError.EPROTO { return count }
        }
    }
}
