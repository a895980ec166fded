// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// An HTTP server of a few lines on loopback: keeps each request as it arrived, and answers what it is told.
package final class FakeAPI: Sendable {
    package struct Request: Sendable {
        package let line: String
        package let headers: [String: String]
        package let body: Data
    }

    package struct Answer: Sendable {
        package var status = 200
        package var headers: [String] = []
        package var body: String
        /// Whether all of the body comes: where not, the last byte is waited for, and the connection stays open.
        package var isWhole = true

        package init(status: Int = 200, headers: [String] = [], body: String, isWhole: Bool = true) {
            (self.status, self.headers, self.body, self.isWhole) = (status, headers, body, isWhole)
        }
    }

    package let port: Int
    private let kept: Kept

    package var baseURL: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { kept.requests.withLock(\.self) }

    /// `answer` is called with each request and its number, from 0.
    package convenience init(_ answer: @escaping @Sendable (Request, Int) -> Answer) {
        self.init { request, number, peer in
            let answer = answer(request, number)
            Self.write(answer, to: peer)
            if !answer.isWhole { Self.waitForEnd(of: peer) }
        }
    }

    /// `script` is called with each request, its number, and the connection to answer at, which is closed behind it.
    package init(script: @escaping @Sendable (Request, Int, CInt) -> Void) {
        let kept = Kept()
        self.kept = kept
        let listener = LoopbackListener { peer in
            guard let request = Self.read(peer) else { return }
            let number = kept.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            script(request, number, peer)
        }
        port = listener.port
    }

    private init(port: Int) {
        (self.port, kept) = (port, Kept())
    }

    /// An API that is down: its port is taken, and nobody listens.
    package static func makeDown() -> FakeAPI { FakeAPI(port: LoopbackListener.bind().port) }

    /// Reads until the other side closes.
    package static func waitForEnd(of peer: CInt) {
        while readSome(peer) != nil {}
    }

    private final class Kept: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private static func read(_ peer: CInt) -> Request? {
        guard let head = LoopbackListener.readHead(peer) else { return nil }
        let lines = head.components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces
            )
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        var body = Data()
        while body.count < length, let more = readSome(peer) { body += more }
        return Request(line: lines[0], headers: headers, body: body)
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
        LoopbackListener.write(head.joined(separator: "\r\n") + "\r\n\r\n" + answer.body, to: peer)
    }
}
