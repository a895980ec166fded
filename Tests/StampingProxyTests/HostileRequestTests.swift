// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import Testing

@Suite("Requests that the proxy refuses", .timeLimit(.minutes(15)))
struct HostileRequestTests {
    /// A request and the status that it gets; PORT stands for the proxy's.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let request: String

        init(_ testDescription: String, _ status: Int, _ request: String) {
            (self.testDescription, self.status, self.request) = (testDescription, status, request)
        }

        /// A request that would be served but for its target.
        init(_ status: Int, target: String) { self.init(target, status, Self.make("POST \(target) HTTP/1.1")) }

        /// A request that would be served but for its first line.
        init(_ status: Int, line: String) { self.init(line, status, Self.make(line)) }

        /// A request that would be served but for these fields.
        init(
            _ testDescription: String,
            _ status: Int,
            fields: String...,
            length: String = "Content-Length: 2",
            body: String = "{}"
        ) {
            let lines = ["POST \(ProxyStage.path) HTTP/1.1", "Host: 127.0.0.1:PORT", length] + fields
            self.init(testDescription, status, (lines.filter { !$0.isEmpty } + ["", body]).joined(separator: "\r\n"))
        }

        static func make(_ line: String, host: String = "127.0.0.1:PORT") -> String {
            "\(line)\r\nHost: \(host)\r\nContent-Length: 2\r\n\r\n{}"
        }
    }

    private static let path = ProxyStage.path

    private static let framing = [
        Row("two lengths", 400, fields: "Content-Length: 2"),
        Row("two lengths that differ", 400, fields: "Content-Length: 5"),
        Row("two lengths in one field", 400, fields: "", length: "Content-Length: 2, 2"),
        Row("a length with a sign", 400, fields: "", length: "Content-Length: +2"),
        Row("a length in hexadecimal", 400, fields: "", length: "Content-Length: 0x2"),
        Row("a length with a space in it", 400, fields: "", length: "Content-Length: 0 2"),
        Row("a length that wraps around", 400, fields: "", length: "Content-Length: 18446744073709551618"),
        Row("chunks and a length", 400, fields: "Transfer-Encoding: chunked", body: "2\r\n{}\r\n0\r\n\r\n"),
        Row("a coding and a length", 400, fields: "Transfer-Encoding: identity"),
        Row("a coding that is hidden", 400, fields: "Transfer-Encoding\u{20}: chunked"),
        Row("chunks", 411, fields: "Transfer-Encoding: chunked", length: "", body: "2\r\n{}\r\n0\r\n\r\n"),
        Row("an unknown coding", 411, fields: "Transfer-Encoding: xchunked", length: "", body: "2\r\n{}\r\n0\r\n\r\n"),
        Row("a folded field", 400, fields: "X: a\r\n b"), Row("a folded field by a tab", 400, fields: "X: a\r\n\tb"),
        Row(
            "a first field that is folded",
            400,
            "POST \(path) HTTP/1.1\r\n Host: 127.0.0.1:PORT\r\nContent-Length: 2\r\n\r\n{}"
        ),
        Row("a bare line feed", 400, fields: "X: a\nY: b"),
        Row("bare line feeds", 400, "POST \(path) HTTP/1.1\nHost: 127.0.0.1:PORT\nContent-Length: 2\n\n{}"),
        Row("a bare carriage return", 400, fields: "X: a\rY: b"), Row("NUL in a value", 400, fields: "X: a\0b"),
        Row("NUL in a name", 400, fields: "X\0: a"), Row("a control character", 400, fields: "X: \u{01}"),
        Row("a field without a name", 400, fields: ": a"), Row("a field without a colon", 400, fields: "X"),
        Row("a name beyond ASCII", 400, fields: "Ü: a"),
        Row("a head of more than 16 KiB", 400, fields: "X: \(String(repeating: "a", count: 17_000))"),
        Row("an empty line before it", 400, "\r\n" + Row.make("POST \(path) HTTP/1.1")),
        Row(
            "more than 1 MiB",
            413,
            fields: "",
            length: "Content-Length: 1048577",
            body: String(repeating: " ", count: 1_048_577)
        ),
    ]

    private static let lines = [
        Row(400, line: "POST http://127.0.0.1:PORT\(path) HTTP/1.1"),
        Row(400, line: "POST https://api.turnkey.com\(path) HTTP/1.1"),
        Row(400, line: "CONNECT api.turnkey.com:443 HTTP/1.1"), Row(400, line: "OPTIONS * HTTP/1.1"),
        Row(400, line: "POST \(path) HTTP/1.0"), Row(400, line: "POST \(path) HTTP/2.0"),
        Row(400, line: "POST \(path) http/1.1"),
        Row(400, line: "POST \(path)"), Row(400, line: "POST  \(path) HTTP/1.1"),
        Row(400, line: "POST \(path) HTTP/1.1 "),
        Row(400, line: "POST\t\(path)\tHTTP/1.1"), Row(400, line: "POST \(path)\0 HTTP/1.1"),
        Row(400, line: " POST \(path) HTTP/1.1"),
        Row(400, line: "PO\0ST \(path) HTTP/1.1"), Row(400, line: "POST \(path)ü HTTP/1.1"),
        Row(400, line: "PRI * HTTP/2.0"),
        Row(405, line: "GET \(path) HTTP/1.1"), Row(405, line: "PUT \(path) HTTP/1.1"),
        Row(405, line: "DELETE \(path) HTTP/1.1"),
        Row(405, line: "TRACE \(path) HTTP/1.1"), Row(405, line: "OPTIONS \(path) HTTP/1.1"),
        Row(405, line: "HEAD \(path) HTTP/1.1"),
        Row(404, target: "/"), Row(404, target: "\(path)/"), Row(404, target: "\(path)?a=b"),
        Row(404, target: "\(path);a"),
        Row(404, target: "\(path)#a"), Row(404, target: "/\(path)"), Row(404, target: "/public//v1/query/whoami"),
        Row(404, target: "/public/v1/query/%77hoami"), Row(404, target: "/public/v1/query/../query/whoami"),
        Row(404, target: "\(path)%00"),
        Row(404, target: "/public/v1/query\\whoami"), Row(404, target: "/PUBLIC/v1/query/whoami"),
        Row(404, target: "//127.0.0.1\(path)"),
    ]

    private static let callers =
        [
            "127.0.0.1", "127.0.0.1:PORT0", "localhost:PORT", "rebound.example:PORT", "127.0.0.1:PORT.", "[::1]:PORT",
            "0.0.0.0:PORT",
            "a@127.0.0.1:PORT", "127.0.0.1:PORT, 127.0.0.1:PORT", "", "127.1:PORT", "2130706433:PORT",
        ].map { Row("Host \($0)", 421, Row.make("POST \(path) HTTP/1.1", host: $0)) }
        + ["http://127.0.0.1:PORT", "null", "", "http://rebound.example", "chrome-extension://a"].map {
            Row("Origin \($0)", 403, fields: "Origin: \($0)")
        } + [
            Row("two hosts", 400, fields: "Host: 127.0.0.1:PORT"),
            Row("no host", 400, "POST \(path) HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
        ]

    @Test(
        "each is answered once with its status, and neither frame nor API hears of it",
        arguments: framing + lines + callers
    )
    func refused(_ row: Row) async throws {
        let api = FakeAPI { _, _ in .init(headers: ["Content-Type: application/json"], body: "{}") }
        try await ProxyStage.with(api) { stage in
            let request = row.request.replacing("PORT", with: "\(stage.port)")
            let behind = Row.make("POST \(Self.path) HTTP/1.1").replacing("PORT", with: "\(stage.port)")
            let answer = try await stage.exchange(request + behind)
            #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(answer)")
            #expect(answer.contains("\r\nStampd-Fallback: never\r\n") && !answer.contains("still open"), "\(answer)")
            #expect(
                answer.components(separatedBy: "HTTP/1.1 ").count == 2 && answer.contains("\r\nConnection: close\r\n"),
                "\(answer)"
            )
            #expect(api.requests.isEmpty && stage.stampCount == 0)
        }
    }

    @Test("the same request without any of it is served")
    func served() async throws {
        let api = FakeAPI { _, _ in .init(headers: ["Content-Type: application/json"], body: "{}") }
        try await ProxyStage.with(api) { stage in
            let answer = try await stage.exchange(
                Row("", 200, fields: "X: a").request.replacing("PORT", with: "\(stage.port)")
            )
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
            #expect(api.requests.count == 1 && stage.stampCount == 1)
        }
    }
}
