// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import NIOCore
import Testing

/// A TCP connection on which a test writes what it likes.
final class Client: Sendable {
    private let descriptor: CInt

    init(_ address: String, _ port: Int) throws {
        descriptor = socket(
            address.contains(":") ? AF_INET6 : AF_INET,
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue),
            0
        )
        // Whoever is left waiting is told from whoever is closed.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let peer = try SocketAddress(ipAddress: address, port: port)
        try #require(peer.withSockAddr { connect(descriptor, $0, socklen_t($1)) } == 0)
    }

    deinit { close(descriptor) }

    /// What cannot be sent any more was not to be answered: the reading tells.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }

    /// Sends, and reads to the connection's end, on a thread of its own.
    func exchange(_ text: String) async throws -> String {
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

/// A request by a process that has become another user.
enum ForeignClient {
    private static let script = """
        import os, socket, sys
        os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
        connection = socket.socket()
        connection.connect((b"127.0.0.1", int(sys.argv[1])))
        try:
            connection.sendall(b"GET /one HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
            while piece := connection.recv(4096): sys.stdout.write(piece.decode())
        except OSError: pass
        print("and closed")
        """

    /// - Returns: What was answered, and that the connection was closed.
    static func get(port: Int, userId: UInt32) async throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, "\(port)", "\(userId)"]
        process.standardOutput = output
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
                process.waitUntilExit()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
