// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import LoopbackPeers
import NIOCore
import NIOHTTP1
import Testing

@Suite("A strict server's reading of a request's head", .timeLimit(.minutes(15)))
struct StrictHeadTests {
    private static let length = "Content-Length: 2\r\n"

    private static let strict = ConnectionSettings(isOneRequestAConnection: true, audience: .ownUser, places: 16) {
        fault in
        HeadRefusal(fields: ["Fault": "\(fault)"], body: Array(fault.message.utf8))
    }

    private func ask(_ request: String) async throws -> String {
        let server = LoopbackServer(at: "127.0.0.1", port: 0, Self.strict) { request, _ in
            let body = try await request.body.collect(upTo: 1 << 10)
            return Response(status: .ok, body: ResponseBody(byteBuffer: body))
        }
        let port = try await server.start()
        let answer = try? await LoopbackClient("127.0.0.1", port).exchange(request)
        await server.stop()
        return try #require(answer)
    }

    @Test("a request with one reading is answered, and one behind it is not")
    func one() async throws {
        let request = "POST /one HTTP/1.1\r\nHost: a\r\n\(Self.length)\r\n{}"
        let answer = try await ask(request + request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n{}"))
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    @Test(
        "a head with two readings is 400 and the connection ends",
        arguments: [
            "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "POST /one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nX : b\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}",
            "POST /one HTTP/1.1\r\nHost: a\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nX: \rb\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\0\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.0\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one  HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            "POST http://a/one HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nPOST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
            "POST /one HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 17_000))\r\n\r\n",
            "GET /one HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: b\r\n", count: 100))\r\n",
        ]
    )
    func refused(_ request: String) async throws {
        let answer = try await ask(request)
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"), "\(answer)")
        #expect(answer.contains("\r\nFault: ") && answer.contains("\r\nConnection: close\r\n"), "\(answer)")
        #expect(!answer.contains("still open"))
        #expect(answer.components(separatedBy: "HTTP/1.1 4").count == 2)
    }

    @Test("a head of a hundred fields is answered")
    func manyFields() async throws {
        let head = "POST /one HTTP/1.1\r\nHost: a\r\n\(Self.length)\(String(repeating: "X: b\r\n", count: 98))\r\n"
        #expect(try await ask(head + "{}").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test("a body whose length is not told beforehand is 411")
    func chunked() async throws {
        let head = "POST /one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(try await ask(head + "2\r\n{}\r\n0\r\n\r\n").hasPrefix("HTTP/1.1 411 Length Required\r\n"))
    }
}
