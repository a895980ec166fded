// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A port of loopback that leads to another, and keeps what passes. It can be cut, and joined again.
package final class Wire: Sendable {
    private struct State {
        var isCut = false
        var ends: [CInt] = []
        var passed = Data()
    }

    package let port: Int
    private let target: Int
    private let listener: CInt
    private let state = Mutex(State())

    package init(to target: Int) throws {
        self.target = target
        let (listener, port) = try Self.listen()
        (self.listener, self.port) = (listener, port)
        Thread.detachNewThread { [weak self] in
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0, let self else { return }
                self.join(peer)
            }
        }
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    /// Everything that has passed, both ways.
    package var passed: Data { state.withLock { $0.passed } }

    /// Ends every connection, and each new one at once.
    package func cut() {
        state.withLock { state in
            state.isCut = true
            for end in state.ends { shutdown(end, CInt(SHUT_RDWR)) }
            state.ends = []
        }
    }

    package func mend() { state.withLock { $0.isCut = false } }

    private func join(_ peer: CInt) {
        guard !state.withLock({ $0.isCut }), let server = try? Self.connect(to: target) else {
            close(peer)
            return
        }
        state.withLock { $0.ends += [peer, server] }
        Thread.detachNewThread { self.copy(from: peer, to: server) }
        Thread.detachNewThread {
            self.copy(from: server, to: peer)
        }
    }

    /// Descriptors are left open, and closed with this process: their numbers are never another connection's.
    private func copy(from source: CInt, to target: CInt) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            state.withLock { $0.passed += buffer[..<count] }
            guard send(target, buffer, count, CInt(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(target, CInt(SHUT_WR))
    }

    private static func listen() throws -> (CInt, Int) {
        let port = try findPort()
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var on: CInt = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard withLoopback(port, { bind(listener, $0, $1) }) == 0, Glibc.listen(listener, 128) == 0 else {
            throw POSIXError(.EADDRINUSE)
        }
        return (listener, port)
    }

    private static func connect(to port: Int) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard withLoopback(port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            close(descriptor)
            throw POSIXError(.ECONNREFUSED)
        }
        return descriptor
    }

    private static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
