// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A TCP connection on which a test writes what it likes.
package final class LoopbackClient: Sendable {
    private let descriptor: CInt

    package init(_ address: String, _ port: Int) throws {
        let family = address.contains(":") ? AF_INET6 : AF_INET
        descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        // Whoever is left waiting is told from whoever is closed.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, "\(port)", nil, &found) == 0, let peer = found?.pointee else {
            throw POSIXError(.EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(found) }
        guard connect(descriptor, peer.ai_addr, peer.ai_addrlen) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    deinit { close(descriptor) }

    /// What cannot be sent any more was not to be answered: the reading tells.
    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// Sends, and reads to the connection's end, on a thread of its own.
    package func exchange(_ text: String) async throws -> String {
        send(text)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4_096))
                var count = 0
                repeat {
                    count = recv(descriptor, &buffer, buffer.count, 0)
                    if count > 0 { all += buffer[..<count] }
                } while count > 0
                if count < 0, errno == EAGAIN { all += Array("and it is still open".utf8) }
                continuation.resume(returning: String(decoding: all, as: UTF8.self))
            }
        }
    }
}
