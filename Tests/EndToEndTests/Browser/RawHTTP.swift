// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One request byte by byte, with whatever headers a test wants to send.
enum RawHTTP {
    struct Answer {
        let status: Int
        /// The whole of it.
        let text: String

        var body: String { text.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().first.map(String.init) ?? "" }
    }

    /// Connects to this port of 127.0.0.1, sends the head (its lines) and the body, and reads to the end.
    static func exchange(port: Int, _ head: [String], body: String = "") throws -> Answer {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        defer { close(descriptor) }
        try connect(descriptor, to: port)
        let lines = head + ["Connection: close", "Content-Length: \(body.utf8.count)", "", body]
        let bytes = Array(lines.joined(separator: "\r\n").utf8)
        guard send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            throw POSIXError(.EPIPE)
        }
        let text = String(decoding: try readToEnd(descriptor), as: UTF8.self)
        return Answer(status: Int(text.dropFirst(9).prefix(3)) ?? 0, text: text)
    }

    private static func connect(_ descriptor: CInt, to port: Int) throws {
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    /// Some keep the connection, whatever they are asked.
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let head = text.range(of: "\r\n\r\n"),
            let length = text[..<head.lowerBound].firstMatch(of: /(?i)\r\ncontent-length: *(\d+)/).flatMap({ Int($0.1) }
            )
        else { return false }
        return text[head.upperBound...].utf8.count >= length
    }

    private static func readToEnd(_ descriptor: CInt) throws -> [UInt8] {
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw WaitTimedOut(what: "an answer") }
            bytes += buffer[..<count]
            if count == 0 || isWhole(bytes) { return bytes }
        }
    }
}
