// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A TCP listener on loopback that runs a script for each connection, on a thread of its own.
package final class LoopbackListener: Sendable {
    package let port: Int

    package init(_ script: @escaping @Sendable (CInt) -> Void) {
        let (listener, port) = Self.bind()
        self.port = port
        listen(listener, 1_024)
        Thread.detachNewThread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { continue }
                Thread.detachNewThread {
                    script(peer)
                    close(peer)
                }
            }
        }
    }

    /// A socket with a port of its own, at which nobody listens yet.
    static func bind() -> (socket: CInt, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let port = withLoopback(port: 0) { address, length in
            precondition(Glibc.bind(listener, address, length) == 0)
            var length = length
            getsockname(listener, address, &length)
        }
        return (listener, port)
    }

    /// A proxy that keeps what it is asked for, and then connects to one port of this machine, whatever was asked.
    package static func makeProxy(to port: Int, heads: Heads) -> LoopbackListener {
        LoopbackListener { peer in
            guard let head = readHead(peer) else { return }
            heads.all.withLock { $0.append(head) }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = withLoopback(port: port) { address, length in _ = connect(server, address, length) }
            write("HTTP/1.1 200 Connected\r\n\r\n", to: peer)
            Thread.detachNewThread { copy(from: server, to: peer) }
            copy(from: peer, to: server)
            close(server)
        }
    }

    package final class Heads: Sendable {
        package let all = Mutex<[String]>([])

        package init() {}
    }

    package static func readHead(_ peer: CInt) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(peer, &byte, 1) == 1 {
            bytes.append(byte)
            if bytes.suffix(4) == [13, 10, 13, 10] { return String(decoding: bytes, as: UTF8.self) }
        }
        return nil
    }

    /// Whether all of it was taken.
    @discardableResult
    package static func write(_ text: String, to peer: CInt) -> Bool {
        let bytes = Array(text.utf8)
        return send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func copy(from source: CInt, to target: CInt) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            guard send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(target, Int32(SHUT_WR))
    }

    private static func withLoopback(
        port: Int,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Void
    ) -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
