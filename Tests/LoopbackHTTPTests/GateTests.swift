// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import NIOCore
import Testing

@Suite("Who gets in at a loopback server", .timeLimit(.minutes(5)))
struct GateTests {
    private static let respond: LoopbackServer.Responder = { request, _ in
        _ = try await request.body.collect(upTo: 1 << 10)
        return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: request.uri.path)))
    }

    private func withServer(
        at address: String = "127.0.0.1",
        _ manners: Manners,
        _ body: (Int) async throws -> Void
    ) async throws {
        let server = LoopbackServer(at: address, port: 0, manners, Self.respond)
        let port = try await server.start()
        do { try await body(port) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static let get = "GET /one HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    @Test("a page's request is answered and the connection closed", arguments: ["127.0.0.1", "::1"])
    func one(_ address: String) async throws {
        try await withServer(at: address, .page) { port in
            let answer = try await Client(address, port).exchange(Self.get)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n/one"))
        }
    }

    @Test("a pipelined second request is not answered, however it comes", arguments: [0, 1, 16, 28, 60])
    func pipelined(_ cut: Int) async throws {
        try await withServer(.page) { port in
            let second = "GET /two HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let client = try Client("127.0.0.1", port)
            let bytes = Array(("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n" + second + second).utf8)
            client.send(String(decoding: bytes[..<cut], as: UTF8.self))
            let answer = try await client.exchange(String(decoding: bytes[cut...], as: UTF8.self))
            #expect(answer.hasSuffix("/one"))
            #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
        }
    }

    @Test("an API's connection takes requests one after another")
    func kept() async throws {
        try await withServer(.api) { port in
            let client = try Client("127.0.0.1", port)
            let answer = try await client.exchange(
                "GET /one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /two HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.contains("/one") && answer.hasSuffix("/two"))
        }
    }

    @Test(
        "who does not send a whole request in time is closed without an answer",
        arguments: [
            "", "G", "GET /one HTTP/1.1\r\nHost: localhost\r\n", "POST /one HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
        ],
        [Manners.page, Manners.api]
    )
    func slow(_ text: String, _ manners: Manners) async throws {
        var manners = manners
        (manners.headerLimit, manners.bodyLimit) = (.milliseconds(50), .milliseconds(50))
        try await withServer(manners) { port in
            let answer = try await Client("127.0.0.1", port).exchange(text)
            #expect(answer.isEmpty)
        }
    }

    @Test("the whole header has to come within two seconds")
    func limits() {
        #expect(Manners.page.headerLimit == .seconds(2))
        #expect(Manners.api.headerLimit == .seconds(2))
    }

    @Test(
        "when all places are taken, the connection that has been silent for the longest gives way",
        arguments: [Manners.page, Manners.api],
        ["", "POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"]
    )
    func crowd(_ manners: Manners, _ sent: String) async throws {
        var manners = manners
        (manners.places, manners.headerLimit, manners.bodyLimit) = (4, .minutes(5), .minutes(5))
        try await withServer(manners) { port in
            let silent = try (0..<70).map { _ in
                let client = try Client("127.0.0.1", port)
                client.send(sent)
                return client
            }
            let answer = try await Client("127.0.0.1", port).exchange(Self.get)
            #expect(answer.hasSuffix("/one"))
            // The oldest are gone; the youngest are still waited for.
            let oldest = try await silent[0].exchange("")
            #expect(oldest.isEmpty)
            withExtendedLifetime(silent) {}
        }
    }

    @Test(
        "a program of another user is turned away from a page, and served by an API",
        .enabled(if: geteuid() == 0, "only root can be another user")
    )
    func foreign() async throws {
        for (manners, isServed) in [(Manners.page, false), (.api, true)] {
            try await withServer(manners) { port in
                let answer = try await ForeignClient.get(port: port, userId: 54_321)
                #expect(answer.hasSuffix("and closed\n"))
                #expect(answer.hasPrefix("HTTP/1.1 200") == isServed, "\(answer)")
                // And whoever is let in is let in while they try.
                let own = try await Client("127.0.0.1", port).exchange(Self.get)
                #expect(own.hasSuffix("/one"))
            }
        }
    }
}
