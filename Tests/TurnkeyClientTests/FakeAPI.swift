// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// An HTTP server of a few lines on loopback: keeps each request as it arrived, and answers what it is told.
final class FakeAPI: Sendable {
    struct Request: Sendable {
        let line: String
        let headers: [String: String]
        let body: Data
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String] = []
        var body: String
        /// Whether all of the body comes: where not, the last byte is waited for, and the connection stays open.
        var isWhole = true
    }

    let port: UInt16
    private let state = Mutex<[Request]>([])

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock(\.self) }

    /// `answer` is called with each request and its number, from 0.
    convenience init(_ answer: @escaping @Sendable (Request, Int) -> Answer) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.init(listener: listener)
        listen(listener, 64)
        Thread.detachNewThread { [self] in
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { continue }
                guard let request = Self.read(peer) else {
                    close(peer)
                    continue
                }
                let number = state.withLock { requests in
                    requests.append(request)
                    return requests.count - 1
                }
                let answer = answer(request, number)
                Self.write(answer, to: peer)
                if answer.isWhole { close(peer) }
            }
        }
    }

    /// An API that is down: its port is taken, and nobody listens.
    static func makeDown() -> FakeAPI { FakeAPI(listener: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)) }

    private init(listener: CInt) {
        port = Self.bindLoopback(listener)
    }

    private static func bindLoopback(_ listener: CInt) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(listener, $0, length) == 0)
                getsockname(listener, $0, &length)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    private static func read(_ peer: CInt) -> Request? {
        var bytes = Data()
        guard let head = readHead(peer, into: &bytes) else { return nil }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < length, let more = readSome(peer) { bytes += more }
        return Request(line: lines[0], headers: headers, body: bytes)
    }

    private static func readHead(_ peer: CInt, into bytes: inout Data) -> Data? {
        while true {
            if let end = bytes.range(of: Data("\r\n\r\n".utf8)) {
                let head = Data(bytes[..<end.lowerBound])
                bytes = Data(bytes[end.upperBound...])
                return head
            }
            guard let more = readSome(peer) else { return nil }
            bytes += more
        }
    }

    private static func readSome(_ peer: CInt) -> Data? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(peer, &buffer, buffer.count)
        return count > 0 ? Data(buffer[..<count]) : nil
    }

    private static func write(_ answer: Answer, to peer: CInt) {
        let length = answer.body.utf8.count + (answer.isWhole ? 0 : 1)
        let head =
            ["HTTP/1.1 \(answer.status) Status", "Content-Length: \(length)", "Connection: close"] + answer.headers
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + answer.body).utf8)
        _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
