// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A frame made of a script: it binds a socket, and lets the script read calls and write bytes as it likes, on threads
/// of its own. It listens until it is stopped.
package final class FakeFrame: Sendable {
    package let directory: String
    private let socketPath: String
    private let state = Mutex(State())

    private struct State {
        var listener: CInt = -1
        var peers: [Peer] = []
    }

    /// Binds in `directory`, or in a new one that only this user may enter, and runs `script` for each connection.
    package init(directory: String? = nil, socket: String = "stamp.sock", script: @escaping @Sendable (Peer) -> Void) {
        self.directory = directory ?? Self.makeDirectory()
        socketPath = self.directory + "/" + socket
        start(script)
    }

    /// A new directory that only this user may enter; it is removed when the process ends.
    package static func makeDirectory() -> String {
        var template = Array((root + "/XXXXXX").utf8CString)
        return String(cString: mkdtemp(&template))
    }

    private static let root: String = {
        var template = Array("/tmp/fake-frames-XXXXXX".utf8CString)
        let root = String(cString: mkdtemp(&template))
        atexit { try? FileManager.default.removeItem(atPath: FakeFrame.root) }
        return root
    }()

    package func start(backlog: CInt = 256, _ script: @escaping @Sendable (Peer) -> Void) {
        let listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        precondition(withSocketAddress(socketPath) { bind(listener, $0, $1) } == 0, "bind \(socketPath): \(errno)")
        listen(listener, backlog)
        state.withLock { $0.listener = listener }
        Thread.detachNewThread { [self] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                let peer = Peer(socket: socket)
                state.withLock { $0.peers.append(peer) }
                Thread.detachNewThread { [self] in
                    script(peer)
                    peer.end()
                    state.withLock { state in state.peers.removeAll { $0 === peer } }
                }
            }
            close(listener)
        }
    }

    /// Goes away as a killed process does: nobody listens, every connection ends, the path is free.
    package func stop() {
        state.withLock { state in
            shutdown(state.listener, Int32(SHUT_RDWR))
            for peer in state.peers { peer.end() }
            state.listener = -1
            state.peers = []
        }
        unlink(socketPath)
    }
}

package func withSocketAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result
{
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
