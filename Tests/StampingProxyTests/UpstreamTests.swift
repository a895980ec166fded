// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import Testing

@Suite("The proxy's API, slow and lying", .timeLimit(.minutes(15)))
struct UpstreamTests {
    /// What an API of the test's own does with one request.
    struct Conduct: Sendable, CustomTestStringConvertible {
        enum Piece: Sendable {
            case text(String)
            /// The same text again and again, until nobody reads.
            case drip(String)
            case silence
        }

        let testDescription: String
        let pieces: [Piece]

        init(_ testDescription: String, _ pieces: Piece...) {
            (self.testDescription, self.pieces) = (testDescription, pieces)
        }

        init(_ testDescription: String, _ lines: [String], body: String = "{}") {
            let head = ["HTTP/1.1 " + lines[0]] + lines.dropFirst() + ["Content-Length: \(body.utf8.count)", "", body]
            self.init(testDescription, .text(head.joined(separator: "\r\n")))
        }

        func makeAPI() -> FakeAPI {
            FakeAPI { _, _, peer in
                for piece in pieces {
                    switch piece {
                    case .text(let text): LoopbackListener.write(text, to: peer)
                    case .silence: FakeAPI.waitForEnd(of: peer)
                    case .drip(let text): while LoopbackListener.write(text, to: peer) { usleep(10_000) }
                    }
                }
            }
        }
    }

    private static let json = "Content-Type: application/json"
    private static let stamp = ProxyStage.stamp

    private static func makeNames(_ answer: String) -> [String] {
        let head = answer.components(separatedBy: "\r\n\r\n")[0]
        return head.components(separatedBy: "\r\n").dropFirst().map { $0.prefix { $0 != ":" }.lowercased() }.sorted()
    }

    @Test("of an answer come back status, body, and the fields that a client of the API reads; no other, and no stamp")
    func passed() async throws {
        let lines = [
            "429 Too Many Requests", "content-type: application/json; charset=utf-8", "Retry-After: 7",
            "RateLimit-Limit: 10", "ratelimit-remaining: 0", "X-Stamp: \(Self.stamp)", "Set-Cookie: a=b", "Server: s",
            "Location: http://127.0.0.1:1/", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "X-RateLimit-Limit: 1",
            "Via: 1.1 v",
            "Trailer: X-Stamp", "Connection: X-Stamp, close", "Stampd-Fallback: passkey", "Alt-Svc: h2=\":1\"",
        ]
        try await ProxyStage.with(Conduct("fields", lines, body: #"{"code":8}"#).makeAPI()) { stage in
            let answer = try await stage.ask()
            #expect(answer.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n") && answer.hasSuffix("\r\n\r\n{\"code\":8}"))
            let names = Self.makeNames(answer)
            #expect(
                names == [
                    "connection", "content-length", "content-type", "ratelimit-limit", "ratelimit-remaining",
                    "retry-after",
                ],
                "\(answer)"
            )
            for field in ["\r\nretry-after: 7\r\n", "\r\nratelimit-limit: 10\r\n", "\r\ncontent-length: 10\r\n"] {
                #expect(answer.lowercased().contains(field), "\(answer)")
            }
        }
    }

    @Test(
        "an answer of the API's is passed on, however it is spelled",
        arguments: [
            Conduct("plain", ["200 OK", json]),
            Conduct("white space", ["200", "Content-Type:  APPLICATION/JSON ; a=b"]),
            Conduct("an error", ["503 Away", json]),
            Conduct("coding of none", ["200 OK", json, "Content-Encoding: identity"]),
            Conduct(
                "in chunks",
                .text("HTTP/1.1 200 OK\r\n\(json)\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
            ),
            Conduct("to the connection's end", .text("HTTP/1.1 200 OK\r\n\(json)\r\n\r\n{}")),
            Conduct(
                "after others that are none",
                .text(
                    "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\n\(json)\r\nContent-Length: 2\r\n\r\n{}"
                )
            ),
        ]
    )
    func spellings(_ conduct: Conduct) async throws {
        try await ProxyStage.with(conduct.makeAPI()) { stage in
            let answer = try await stage.ask()
            #expect(
                answer.hasSuffix("\r\n\r\n{}") && answer.lowercased().contains("\r\ncontent-length: 2\r\n"),
                "\(answer)"
            )
            #expect(!answer.contains("Stampd-Fallback"))
        }
    }

    @Test(
        "what is no answer of the API's is 502, and nothing of it is passed on",
        arguments: [
            Conduct("gzip", ["200 OK", json, "Content-Encoding: gzip"]),
            Conduct("a second coding", ["200 OK", json, "Content-Encoding: identity", "Content-Encoding: br"]),
            Conduct("two codings", ["200 OK", json, "Content-Encoding: identity, gzip"]),
            Conduct(
                "coded on the way",
                .text("HTTP/1.1 200 OK\r\n\(json)\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
            ),
            Conduct("a page", ["200 OK", "Content-Type: text/html"], body: "<html>"),
            Conduct("a page that says that it is JSON", ["200 OK", json], body: "<html>"),
            Conduct("a page of an error", ["503 Away", "Content-Type: text/html"], body: "<html>"),
            Conduct("no type", ["200 OK"]), Conduct("two types", ["200 OK", json, "Content-Type: text/html"]),
            Conduct("nothing", ["200 OK", json], body: ""), Conduct("no object", ["200 OK", json], body: "[]"),
            Conduct("two objects", ["200 OK", json], body: "{}{}"),
            Conduct("two readings", ["200 OK", json], body: #"{"a":1,"a":2}"#),
            Conduct("no content", ["204 No Content", json]), Conduct("a part", ["206 Partial", json]),
            Conduct("another success", ["299 Fine", json]), Conduct("no status", ["999 What", json]),
            Conduct("half a body", .text("HTTP/1.1 200 OK\r\n\(json)\r\nContent-Length: 9\r\n\r\n{}")),
            Conduct("half a chunk", .text("HTTP/1.1 200 OK\r\n\(json)\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}")),
            Conduct(
                "no last chunk",
                .text("HTTP/1.1 200 OK\r\n\(json)\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
            ),
            Conduct("half a head", .text("HTTP/1.1 200 OK\r\nContent-Ty")), Conduct("a connection that ends"),
            Conduct("another protocol", .text("SSH-2.0-x\r\n")), Conduct("HTTP/0.9", .text("{}")),
            Conduct("two lengths", ["200 OK", json, "Content-Length: 3"]),
            Conduct("no length", ["200 OK", json, "Content-Length: -1"]),
            Conduct("two ways to tell the length", ["200 OK", json, "Transfer-Encoding: chunked"]),
            Conduct(
                "no end of the head",
                .text("HTTP/1.1 200 OK\r\n"),
                .drip("X: \(String(repeating: "x", count: 60_000))\r\n")
            ),
            Conduct(
                "another protocol from now on",
                .text("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
            ),
            Conduct("the stamp", ["200 OK", json], body: #"{"echo":"\#(stamp)"}"#),
            Conduct("the stamp as an error", ["400 Bad", json], body: #"{"message":"\#(stamp)"}"#),
            Conduct("the stamp as a limit", ["200 OK", json, "ratelimit-x: a\(stamp)"]),
            Conduct("the stamp as a type", ["200 OK", "Content-Type: application/json; a=\(stamp)"]),
        ]
    )
    func lies(_ conduct: Conduct) async throws {
        try await ProxyStage.with(conduct.makeAPI()) { stage in
            let answer = try await stage.ask()
            #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"), "\(answer)")
            #expect(answer.contains("\r\nStampd-Fallback: retry\r\n") && answer.contains(#"{"code":14,"#), "\(answer)")
            #expect(!answer.contains("html") && !answer.contains(Self.stamp))
        }
    }

    @Test(
        "an API that does not answer in time is 504",
        arguments: [
            Conduct("nothing", .silence), Conduct("half a head", .text("HTTP/1.1 200 OK\r\n"), .silence),
            Conduct("half a body", .text("HTTP/1.1 200 OK\r\n\(json)\r\nContent-Length: 9\r\n\r\n{}"), .silence),
            Conduct("a head that never ends", .text("HTTP/1.1 200 OK\r\nX: "), .drip("x")),
            Conduct(
                "a body that never ends",
                .text("HTTP/1.1 200 OK\r\n\(json)\r\nContent-Length: 999999\r\n\r\n"),
                .drip(" ")
            ),
            Conduct("answers that are none", .drip("HTTP/1.1 100 Continue\r\n\r\n")),
        ]
    )
    func slow(_ conduct: Conduct) async throws {
        try await ProxyStage.with(conduct.makeAPI(), answerLimit: .seconds(1)) { stage in
            let answer = try await stage.ask()
            #expect(answer.hasPrefix("HTTP/1.1 504 Gateway Timeout\r\n"), "\(answer)")
            #expect(answer.contains("\r\nStampd-Fallback: retry\r\n") && answer.contains(#"{"code":4,"#), "\(answer)")
        }
    }

    @Test("an API that is down is 502")
    func down() async throws {
        try await ProxyStage.with(.makeDown()) { stage in
            let answer = try await stage.ask()
            #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"), "\(answer)")
        }
    }

    @Test("nobody is followed elsewhere: a redirect is 502", arguments: [300, 301, 302, 303, 304, 307, 308])
    func redirect(_ status: Int) async throws {
        let elsewhere = FakeAPI { _, _ in .init(headers: [Self.json], body: "{}") }
        let lines = ["\(status) Elsewhere", "Location: \(elsewhere.baseURL)\(ProxyStage.path)", Self.json]
        try await ProxyStage.with(Conduct("", lines).makeAPI()) { stage in
            let answer = try await stage.ask()
            #expect(
                answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n") && !answer.contains(elsewhere.baseURL),
                "\(answer)"
            )
        }
        #expect(elsewhere.requests.isEmpty)
    }

    @Test("what comes behind an answer is nobody's answer")
    func another() async throws {
        let api = FakeAPI { request, _, peer in
            let body = String(decoding: request.body, as: UTF8.self)
            let answer = "HTTP/1.1 200 OK\r\n\(Self.json)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            LoopbackListener.write("\(answer)\(body)\(answer)\(body.replacing("own", with: "not"))", to: peer)
            FakeAPI.waitForEnd(of: peer)
        }
        try await ProxyStage.with(api) { stage in
            for number in 0..<20 {
                let body = #"{"own":"\#(number)"}"#
                let answer = try await stage.ask(body)
                #expect(answer.hasSuffix(body) || answer.hasPrefix("HTTP/1.1 502 "), "\(answer)")
            }
        }
    }

    @Test("the API is sent body, type, agent and the frame's stamp, and nothing else of the caller's")
    func sent() async throws {
        let api = FakeAPI { _, _ in .init(headers: [Self.json], body: "{}") }
        try await ProxyStage.with(api) { stage in
            let fields = [
                "User-Agent: program/1", "Cookie: a=b", "Authorization: Bearer b", "X-Stamp: other",
                "X-Stamp-WebAuthn: w",
                "X-Session: s", "X-Forwarded-For: 1.2.3.4", "Accept-Encoding: gzip", "Content-Type: text/plain",
                "Expect: 100-continue", "TE: trailers", "Referer: r", "Upgrade: h2c", "Connection: X-Stamp",
            ]
            let body = #"{"organizationId":"a – 鍵"}"#
            let answer = try await stage.ask(body, fields)
            #expect(answer.contains("\r\n\r\n{}"), "\(answer)")
            let request = try #require(api.requests.first)
            #expect(request.line == "POST \(ProxyStage.path) HTTP/1.1")
            #expect(request.body == Data(body.utf8))
            let expected = [
                "user-agent": "program/1", "content-type": "application/json", "x-stamp": Self.stamp,
                "content-length": "\(body.utf8.count)", "host": "127.0.0.1:\(api.port)",
            ]
            #expect(request.headers.filter { !$0.key.isEmpty } == expected)
            #expect(api.requests.count == 1 && stage.stampCount == 1)
        }
    }
}
