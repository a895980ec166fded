// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Posts bytes as they are, as nobody's client would: HTTP/1.1 over a socket of loopback.
struct RawHTTP {
    let port: UInt16

    init(_ baseUrl: String) throws {
        guard let text = baseUrl.split(separator: ":").last, let port = UInt16(text) else { throw POSIXError(.EINVAL) }
        self.port = port
    }

    /// The answer's status and body.
    func post(_ path: String, _ body: Data, _ header: (name: String, value: String)) throws -> (status: Int, body: Data)
    {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
        let lines = [
            "POST \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Type: application/json",
            "Content-Length: \(body.count)", "\(header.name): \(header.value)", "Connection: close",
        ]
        try send(Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body, to: descriptor)
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let parts = answer.range(of: Data("\r\n\r\n".utf8))
        let words = String(decoding: answer.prefix(32), as: UTF8.self).split(separator: " ")
        guard words.count > 1, let status = Int(words[1]), let parts else { throw POSIXError(.EPROTO) }
        return (status, answer[parts.upperBound...])
    }

    private func send(_ bytes: Data, to descriptor: CInt) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            // It answered already: what it does not read need not be sent.
            guard count > 0 else { return }
            sent += count
        }
    }
}
