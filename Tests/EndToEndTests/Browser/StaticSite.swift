// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A web site of a test's own on a port of 127.0.0.1: files, and nothing else.
final class StaticSite: Sendable {
    let port: Int
    private let descriptor: CInt
    private let files: Mutex<[String: String]>

    /// Serves HTML by path.
    init(_ files: [String: String]) throws {
        self.files = Mutex(files)
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 32) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in serve() }.start()
    }

    func put(_ html: String, at path: String) { files.withLock { $0[path] = html } }

    func end() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { break }
            Thread { [self] in answer(connection) }.start()
        }
        close(descriptor)
    }

    private func answer(_ connection: CInt) {
        defer { close(connection) }
        var (request, buffer) = ("", [UInt8](repeating: 0, count: 1 << 14))
        while !request.contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let path = request.split(separator: " ").dropFirst().first?.prefix { $0 != "?" } ?? ""
        let html = files.withLock { $0[String(path)] }
        let head =
            "HTTP/1.1 \(html == nil ? "404 Not Found" : "200 OK")\r\nContent-Type: text/html; charset=utf-8\r\n"
            + "Content-Length: \(html?.utf8.count ?? 0)\r\nConnection: close\r\n\r\n"
        let bytes = Array((head + (html ?? "")).utf8)
        send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
    }
}
