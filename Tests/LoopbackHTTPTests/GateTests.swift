// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import LoopbackPeers
import NIOCore
import Testing

@Suite("Who gets in at a loopback server", .timeLimit(.minutes(15)))
struct GateTests {
    private static let respond: LoopbackServer.Responder = { request, _ in
        _ = try await request.body.collect(upTo: 1 << 10)
        return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: request.uri.path)))
    }

    private func withServer(
        at address: String = "127.0.0.1",
        _ settings: ConnectionSettings,
        _ body: (Int) async throws -> Void
    ) async throws {
        let server = LoopbackServer(at: address, port: 0, settings, Self.respond)
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
            let answer = try await LoopbackClient(address, port).exchange(Self.get)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n/one"))
        }
    }

    @Test("a pipelined second request is not answered, however it comes", arguments: [0, 1, 16, 28, 60])
    func pipelined(_ cut: Int) async throws {
        try await withServer(.page) { port in
            let second = "GET /two HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let client = try LoopbackClient("127.0.0.1", port)
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
            let client = try LoopbackClient("127.0.0.1", port)
            let answer = try await client.exchange(
                "GET /one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /two HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.contains("/one") && answer.hasSuffix("/two"))
        }
    }

    @Test(
        "who does not send a whole request in time is closed without an answer",
        arguments: [
            "", "G", "GET /one HTTP/1.1\r\nHost: localhost\r\n",
            "POST /one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf",
        ],
        [ConnectionSettings.page, ConnectionSettings.api]
    )
    func slow(_ text: String, _ settings: ConnectionSettings) async throws {
        var settings = settings
        (settings.headerLimit, settings.bodyLimit) = (.milliseconds(50), .milliseconds(50))
        try await withServer(settings) { port in
            let answer = try await LoopbackClient("127.0.0.1", port).exchange(text)
            #expect(answer.isEmpty)
        }
    }

    @Test(
        "a request with two readings is answered 400, by nobody else than the gate, and nothing behind it is read",
        arguments: [
            "GET /one HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "GET /one HTTP/1.1\r\nHost: localhost\r\nhost: elsewhere\r\n\r\n",
            "GET /one HTTP/1.1\r\n\r\n", "GET /one HTTP/1.0\r\n\r\n",
            "GET http://localhost/one HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET http://elsewhere/one HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST http://localhost/one HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody",
        ],
        [ConnectionSettings.page, ConnectionSettings.api]
    )
    func twoReadings(_ request: String, _ settings: ConnectionSettings) async throws {
        try await withServer(settings) { port in
            let answer = try await LoopbackClient("127.0.0.1", port).exchange(request + Self.get)
            #expect(answer == "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        }
    }

    @Test("requests before it are answered first, each")
    func behindOthers() async throws {
        try await withServer(.api) { port in
            let get = "GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let bad = "GET /two HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
            let answer = try await LoopbackClient("127.0.0.1", port).exchange(get + get + bad + get)
            let statuses = answer.matches(of: #/HTTP/1\.1 ([0-9]+)/#).map { String($0.1) }
            #expect(statuses == ["200", "200", "400"])
        }
    }

    @Test("the whole header has to come within two seconds at a page, and within a minute at an API")
    func limits() {
        #expect(ConnectionSettings.page.headerLimit == .seconds(2))
        #expect(ConnectionSettings.api.headerLimit == .seconds(60))
        #expect(ConnectionSettings.page.bodyLimit == .seconds(10))
        #expect(ConnectionSettings.api.bodyLimit == .seconds(60))
    }

    @Test(
        "when all places are taken, the connection that has been silent for the longest gives way",
        arguments: [ConnectionSettings.page, ConnectionSettings.api],
        ["", "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"]
    )
    func crowd(_ settings: ConnectionSettings, _ sent: String) async throws {
        var settings = settings
        (settings.places, settings.headerLimit, settings.bodyLimit) = (4, .minutes(5), .minutes(5))
        try await withServer(settings) { port in
            let silent = try (0..<70).map { _ in
                let client = try LoopbackClient("127.0.0.1", port)
                client.send(sent)
                return client
            }
            // Several threads let the crowd in: who comes before the last of it is the oldest for a moment, and asks again.
            var answer = ""
            for _ in 0..<70 where answer.isEmpty {
                answer = try await LoopbackClient("127.0.0.1", port).exchange(Self.get)
            }
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
        for (settings, isServed) in [(ConnectionSettings.page, false), (.api, true)] {
            try await withServer(settings) { port in
                let answer = try await ForeignClient.get(port: port, userId: 54_321)
                #expect(answer.hasSuffix("and closed\n"))
                #expect(answer.hasPrefix("HTTP/1.1 200") == isServed, "\(answer)")
                // And whoever is let in is let in while they try.
                let own = try await LoopbackClient("127.0.0.1", port).exchange(Self.get)
                #expect(own.hasSuffix("/one"))
            }
        }
    }

    @Test(
        "a program of another user is turned away from a Unix socket whose file would let it in",
        .enabled(if: geteuid() == 0, "only root can be another user")
    )
    func foreignAtSocket() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "socket").path
        for (settings, isServed) in [(ConnectionSettings.page, false), (.api, true)] {
            let server = LoopbackServer(at: .file(path: path), settings, Self.respond)
            #expect(try await server.start() == 0)
            #expect(chmod(directory.path, 0o755) == 0 && chmod(path, 0o666) == 0)
            let answer = try? await ForeignClient.get(path: path, userId: 54_321)
            let own = try? await ForeignClient.get(path: path, userId: 0)
            await server.stop()
            #expect(answer?.hasPrefix("HTTP/1.1 200") == isServed, "\(answer ?? "nothing")")
            #expect(own?.hasPrefix("HTTP/1.1 200") == true)
        }
    }
}
