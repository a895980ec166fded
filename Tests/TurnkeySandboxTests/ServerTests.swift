// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Crypto
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import TurnkeySandbox

@Suite("The server", .timeLimit(.minutes(15))) struct ServerTests {
    /// Runs a sandbox, and gives what it takes to send it requests.
    private func withSandbox(
        latency: Duration = .zero,
        changing change: (inout SandboxConfiguration) -> Void = { _ in },
        _ body: (ReadyInformation, Post) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration()
        configuration.logger.logLevel = .critical
        configuration.latency = latency
        change(&configuration)
        try await TurnkeySandbox(configuration).withRunning { ready in
            try await body(ready, try Post(ready))
        }
    }

    @Test("whoami answers over HTTP, for a padded stamp too, and without a content type") func whoami() async throws {
        try await withSandbox { ready, post in
            let body = post.makeQuery()
            let stamp = try post.makeStamp(body)
            // Spaces behind the JSON, until its base64 needs padding.
            var json = try #require(Base64URL.decode(stamp))
            while json.count % 3 != 1 {
                json.append(UInt8(ascii: " "))
            }
            let padded = Base64URL.encode(json) + "=="
            for headers in [
                [("X-Stamp", stamp)], [("x-stamp", padded), ("Content-Type", "text/plain;charset=UTF-8")],
                [("X-STAMP", stamp), ("X-Client-Version", "turnkey-python/0.2.0")],
            ] {
                let (status, json, _) = try await post.send("/public/v1/query/whoami", body, headers)
                #expect(status == 200)
                #expect(json["organizationId"]?.string == ready.organizationId)
                #expect(json["userId"]?.string == ready.userId)
                #expect(json["username"]?.string == ready.username)
                #expect(json["organizationName"]?.string == ready.organizationName)
            }
        }
    }

    @Test("every answer tells the time, in HTTP's own form") func date() async throws {
        func setClock(_ configuration: inout SandboxConfiguration) {
            configuration.now = { Date(timeIntervalSince1970: 784_111_777) }
        }
        try await withSandbox(changing: setClock) { _, post in
            for (method, path) in [(HTTPMethod.POST, "/public/v1/query/whoami"), (.GET, "/"), (.POST, "/nowhere")] {
                let (_, _, headers) = try await post.send(path, "{}", [], method: method)
                #expect(headers["Date"] == ["Sun, 06 Nov 1994 08:49:37 GMT"])
            }
        }
    }

    @Test("every known path answers 405 to anything but POST") func methods() async throws {
        try await withSandbox { _, post in
            for endpoint in Endpoint.allCases {
                for method in [HTTPMethod.GET, .PUT, .DELETE, .OPTIONS] {
                    let (status, json, headers) = try await post.send(endpoint.rawValue, "{}", [], method: method)
                    #expect(status == 405)
                    #expect(json["code"] == 12)
                    #expect(headers["Allow"] == ["POST"])
                }
            }
        }
    }

    @Test("a page of another origin may send a stamped POST to every known path, and read what is answered")
    func crossOrigin() async throws {
        try await withSandbox { ready, post in
            for endpoint in Endpoint.allCases {
                var request = HTTPClientRequest(url: ready.baseUrl + endpoint.rawValue)
                request.method = .OPTIONS
                request.headers = [
                    "Origin": "https://login.example.com", "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type,x-client-version,x-stamp,x-stamp-webauthn",
                ]
                let preflight = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
                #expect(preflight.status == .noContent)
                #expect(preflight.headers["Access-Control-Allow-Origin"] == ["*"])
                #expect(preflight.headers["Access-Control-Allow-Methods"] == ["POST"])
                #expect(
                    preflight.headers["Access-Control-Allow-Headers"] == [
                        "Content-Type, X-Client-Version, X-Session, X-Stamp, X-Stamp-Webauthn"
                    ]
                )
                #expect(preflight.headers["Access-Control-Allow-Credentials"].isEmpty)
            }
            let body = post.makeQuery()
            let stamp = try post.makeStamp(body)
            for (stamps, status) in [([("X-Stamp", stamp)], 200), ([], 401)] as [([(String, String)], UInt)] {
                let answer = try await post.send(
                    "/public/v1/query/whoami",
                    body,
                    stamps + [("Origin", "https://login.example.com")]
                )
                #expect(answer.0 == status)
                #expect(answer.2["Access-Control-Allow-Origin"] == ["*"])
            }
        }
    }

    @Test("a preflight is one only with an origin and a method, and for a path that there is") func otherPreflights()
        async throws
    {
        let (origin, method) = (("Origin", "https://x.example"), ("Access-Control-Request-Method", "POST"))
        let rows: [(String, [(String, String)], UInt)] = [
            ("/public/v1/query/whoami", [origin], 405), ("/public/v1/query/whoami", [method], 405),
            ("/public/v1/query/other", [origin, method], 404), ("/", [origin, method], 404),
        ]
        try await withSandbox { _, post in
            for (path, headers, expected) in rows {
                let (status, _, answer) = try await post.send(path, "", headers, method: .OPTIONS)
                #expect(status == expected)
                #expect(answer["Access-Control-Allow-Methods"].isEmpty)
            }
        }
    }

    @Test(
        "another path answers 404, and is never redirected",
        arguments: [
            "/", "/public/v1/query/whoami/", "/public/v1/query//whoami", "/public/v1/query/WHOAMI", "/public/v1/query",
            "/public/v1/submit/whoami", "/public/v1/query/create_api_keys",
        ]
    )
    func unknownPaths(path: String) async throws {
        try await withSandbox { _, post in
            for method in [HTTPMethod.POST, .GET] {
                let (status, json, headers) = try await post.send(path, "{}", [], method: method)
                #expect(status == 404)
                #expect(json["code"] == 5)
                #expect(headers["Location"].isEmpty)
            }
        }
    }

    @Test("refusals have their status on the wire, the two stamps of one request among them") func refusals()
        async throws
    {
        try await withSandbox { _, post in
            let body = post.makeQuery()
            let stamp = try post.makeStamp(body)
            let rows: [([(String, String)], String)] = [
                ([], "SIGNATURE_MISSING"), ([("X-Stamp", "?")], "SIGNATURE_INVALID"),
                ([("X-Stamp", stamp), ("X-Stamp", stamp)], "SIGNATURE_INVALID"),
                ([("X-Stamp", stamp), ("X-Stamp-Webauthn", "{}")], "SIGNATURE_INVALID"),
                ([("X-Stamp", try post.makeStamp(body + " "))], "SIGNATURE_INVALID"),
            ]
            for (headers, code) in rows {
                let (status, json, answer) = try await post.send("/public/v1/query/whoami", body, headers)
                #expect(status == 401)
                #expect(json["code"] == 16)
                #expect(json["turnkeyErrorCode"]?.string == code)
                #expect(json["details"]?[0]?["turnkeyErrorCode"]?.string == code)
                #expect(answer["Content-Type"] == ["application/json"])
            }
        }
    }

    @Test("of the requests of one second, those over the limit are refused, and the next second begins anew")
    func rateLimit() async throws {
        let clock = Mutex(Date(timeIntervalSince1970: 1_750_000_000.2))
        let change: (inout SandboxConfiguration) -> Void = {
            $0.rateLimitPerSecond = 2
            $0.now = { clock.withLock(\.self) }
        }
        try await withSandbox(changing: change) { _, post in
            let body = post.makeQuery()
            let headers = [("X-Stamp", try post.makeStamp(body))]
            for (second, status, remaining) in [
                (0.3, 200, "1"), (0.9, 200, "0"), (0.99, 429, "0"), (0.99, 429, "0"), (1.0, 200, "1"),
            ] as [(TimeInterval, UInt, String)] {
                clock.withLock { $0 = Date(timeIntervalSince1970: 1_750_000_000 + second) }
                let answer = try await post.send("/public/v1/query/whoami", body, headers)
                #expect(answer.0 == status)
                #expect(answer.2["ratelimit-limit"] == ["2"])
                #expect(answer.2["ratelimit-remaining"] == [remaining])
                guard status == 429 else { continue }
                #expect(
                    answer.1 == [
                        "code": 8, "details": [], "turnkeyErrorCode": "",
                        "message": "Too many requests. Please wait and try again in a few seconds",
                    ]
                )
            }
        }
    }

    @Test("nobody is counted unless that is asked for") func noRateLimit() async throws {
        try await withSandbox { _, post in
            let (_, _, headers) = try await post.send("/public/v1/query/whoami", "{}", [])
            #expect(headers["ratelimit-limit"].isEmpty)
        }
    }

    @Test("the mailbox is read without a stamp, and by no page") func mailbox() async throws {
        let email = "root@example.com"
        let user = Fixture.User(userName: "Root user", userEmail: email)
        let fixture = Fixture(organizations: [Fixture.Organization(organizationName: "Acme", users: [user])])
        let change: (inout SandboxConfiguration) -> Void = { $0.fixture = fixture }
        try await withSandbox(changing: change) { ready, post in
            let empty = try await post.send("/sandbox/mailbox", "", [], method: .GET)
            #expect(empty.1 == ["messages": []])
            let body: JSONObject = [
                "type": "ACTIVITY_TYPE_EMAIL_AUTH_V3", "organizationId": .string(ready.organizationId),
                "timestampMs": .string(String(Int64(Date().timeIntervalSince1970 * 1000))),
                "parameters": .object(makeEmailAuthParameters(to: email)),
            ]
            let headers = [("X-Stamp", try post.makeStamp(body.text))]
            #expect(try await post.send("/public/v1/submit/email_auth", body.text, headers).0 == 200)
            let answer = try await post.send("/sandbox/mailbox", "", [("Origin", "https://x.example")], method: .GET)
            #expect(answer.1["messages"]?.elements?.map { $0["to"]?.string } == [email])
            #expect(answer.2["Access-Control-Allow-Origin"].isEmpty)
            #expect(try await post.send("/sandbox/mailbox", "{}", []).0 == 404)
        }
    }

    @Test("the transactions that were sent are read without a stamp, and by no page") func transactions() async throws {
        let change: (inout SandboxConfiguration) -> Void = { $0.fixture = makeWalletFixture() }
        try await withSandbox(changing: change) { ready, post in
            #expect(try await post.send("/sandbox/transactions", "", [], method: .GET).1 == ["transactions": []])
            let body: JSONObject = [
                "type": "ACTIVITY_TYPE_ETH_SEND_TRANSACTION_V2", "organizationId": .string(ready.organizationId),
                "timestampMs": .string(String(Int64(Date().timeIntervalSince1970 * 1000))),
                "parameters": .object(makeSendParameters()),
            ]
            let headers = [("X-Stamp", try post.makeStamp(body.text))]
            #expect(try await post.send("/public/v1/submit/eth_send_transaction", body.text, headers).0 == 200)
            let origin = [("Origin", "https://x.example")]
            let answer = try await post.send("/sandbox/transactions", "", origin, method: .GET)
            #expect(answer.1["transactions"]?.elements?.map { $0["from"]?.string } == [knownAddress])
            #expect(answer.2["Access-Control-Allow-Origin"].isEmpty)
            #expect(try await post.send("/sandbox/transactions", "{}", []).0 == 404)
        }
    }

    @Test("a body of the limit is looked at, and a longer one is not") func bodyLimit() async throws {
        try await withSandbox { _, post in
            for (bytes, expected) in [(APIResponder.bodyLimitBytes, 401), (APIResponder.bodyLimitBytes + 1, 413)] {
                let body = String(repeating: " ", count: bytes)
                let (status, _, _) = try await post.send("/public/v1/query/whoami", body, [])
                #expect(status == expected)
            }
        }
    }

    @Test("a body of one byte at a time is put together") func slowBody() async throws {
        try await withSandbox { ready, post in
            let body = post.makeQuery()
            var request = HTTPClientRequest(url: ready.baseUrl + "/public/v1/query/whoami")
            request.method = .POST
            request.headers.add(name: "X-Stamp", value: try post.makeStamp(body))
            let bytes = body.utf8.map { ByteBuffer(bytes: [$0]) }
            request.body = .stream(
                AsyncStream {
                    for byte in bytes { $0.yield(byte) }
                    $0.finish()
                },
                length: .unknown
            )
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            #expect(response.status == .ok)
        }
    }

    @Test("two hundred clients at once all get their answer") func concurrency() async throws {
        try await withSandbox { ready, post in
            let statuses = try await withThrowingTaskGroup(of: UInt.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let body =
                            #"{"organizationId":"\#(ready.organizationId)"}"# + String(repeating: " ", count: number)
                        let stamp = try post.makeStamp(body)
                        return try await post.send("/public/v1/query/whoami", body, [("X-Stamp", stamp)]).0
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 200))
        }
    }

    @Test("an answer is held back by the latency") func latency() async throws {
        try await withSandbox(latency: .seconds(3600)) { ready, _ in
            var request = HTTPClientRequest(url: ready.baseUrl + "/public/v1/query/whoami")
            request.method = .POST
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                try await HTTPClient.shared.execute(request, timeout: .milliseconds(200))
            }
        }
    }

    @Test("an answer that is held back does not hold up the end, and is never given") func endDuringLatency()
        async throws
    {
        var (baseUrl, connection): (String, RawConnection?) = ("", nil)
        try await withSandbox(latency: .seconds(3600)) { ready, _ in
            // Sent, and left there: the sandbox ends with the request inside.
            let client = try RawConnection(ready.baseUrl)
            try client.write("POST /public/v1/query/whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            (baseUrl, connection) = (ready.baseUrl, client)
        }
        #expect(connection?.finish() == "")
        #expect(throws: POSIXError(.ECONNREFUSED)) { try RawConnection(baseUrl) }
    }

    @Test("connections that arrive while it ends are dropped, and nothing else happens") func endDuringAccept()
        async throws
    {
        for _ in 0..<20 {
            var (baseUrl, connections): (String, [RawConnection]) = ("", [])
            try await withSandbox { ready, _ in
                baseUrl = ready.baseUrl
                for _ in 0..<10 {
                    let connection = try RawConnection(ready.baseUrl)
                    try connection.write("POST / HTTP/1.1\r\n")
                    connections.append(connection)
                }
            }
            for connection in connections { #expect(connection.finish() == "") }
            #expect(throws: POSIXError(.ECONNREFUSED)) { try RawConnection(baseUrl) }
        }
    }

    @Test("a task that is cancelled ends its sandbox") func cancellation() async throws {
        let (ready, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            try await withSandbox { information, _ in
                continuation.yield(information.baseUrl)
                try await Task.sleep(for: .seconds(3600))
            }
        }
        let baseUrl = try #require(await ready.first { _ in true })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(throws: POSIXError(.ECONNREFUSED)) { try RawConnection(baseUrl) }
    }

    @Test("the state is fresh at each run, the keys are not") func freshState() async throws {
        var configuration = SandboxConfiguration()
        configuration.logger.logLevel = .critical
        let sandbox = try TurnkeySandbox(configuration)
        let first = try await sandbox.withRunning { $0 }
        let second = try await sandbox.withRunning { ready in
            let post = try Post(ready)
            let body = post.makeQuery()
            return (
                ready, try await post.send("/public/v1/query/whoami", body, [("X-Stamp", try post.makeStamp(body))]).0
            )
        }
        #expect(second.0.apiPublicKey == first.apiPublicKey)
        #expect(second.0.organizationId == first.organizationId)
        #expect(second.1 == 200)
    }

    @Test("a port that is taken is an error that names it") func portTaken() async throws {
        try await withSandbox { ready, _ in
            var configuration = SandboxConfiguration()
            configuration.logger.logLevel = .critical
            configuration.port = try #require(UInt16(ready.baseUrl.split(separator: ":")[2]))
            let second = try TurnkeySandbox(configuration)
            let error = await #expect(throws: SandboxError.self) { try await second.withRunning { _ in } }
            #expect(error?.message.hasPrefix("cannot listen on 127.0.0.1:\(configuration.port): ") == true)
        }
    }

    @Test("what the body throws is thrown, and the sandbox is gone") func bodyThrows() async throws {
        struct Failure: Error, Equatable {}
        var configuration = SandboxConfiguration()
        configuration.logger.logLevel = .critical
        await #expect(throws: Failure()) {
            try await TurnkeySandbox(configuration).withRunning { _ in throw Failure() }
        }
    }

    @Test(
        "a relying party or an origin that cannot be is refused",
        arguments: [
            ([""], [], .rpId("")), ([], [], .rpId("")), (["https://example.com"], [], .rpId("https://example.com")),
            (["example.com:443"], [], .rpId("example.com:443")), (["Example.com"], [], .rpId("Example.com")),
            (["a..b"], [], .rpId("a..b")), (["localhost", "localhost"], [], .rpId("localhost")),
            (["localhost"], ["localhost"], .origin("localhost")),
            (["localhost"], ["http://localhost/"], .origin("http://localhost/")),
            (["localhost"], ["http://localhost:x"], .origin("http://localhost:x")),
            (["localhost"], ["https://localhost:*"], .origin("https://localhost:*")),
            (["localhost"], ["ftp://localhost"], .origin("ftp://localhost")),
            (["localhost"], ["https://example.com"], .foreignOrigin("https://example.com")),
            (["example.com"], ["https://badexample.com"], .foreignOrigin("https://badexample.com")),
            (["example.com"], ["http://localhost:*"], .foreignOrigin("http://localhost:*")),
        ] as [([String], [String], SandboxError)]
    )
    func configuration(rpIds: [String], origins: [String], expected: SandboxError) {
        var configuration = SandboxConfiguration()
        configuration.rpIds = rpIds
        configuration.origins = origins
        #expect(throws: expected) { try TurnkeySandbox(configuration) }
        #expect(expected.isUsage)
    }

    @Test("a rate limit that leaves no request is refused") func rateLimitOfNothing() {
        var configuration = SandboxConfiguration()
        configuration.rateLimitPerSecond = 0
        #expect(throws: SandboxError.rateLimit(0)) { try TurnkeySandbox(configuration) }
    }

    @Test("the ready information does not show the private key when it is printed") func description() async throws {
        try await withSandbox { ready, _ in
            var dumped = ""
            dump(ready, to: &dumped)
            for text in ["\(ready)", String(reflecting: ready), dumped] {
                #expect(!text.contains(ready.apiPrivateKey))
            }
            let key = try P256.Signing.PrivateKey(rawRepresentation: try #require(Hex.decode(ready.apiPrivateKey)))
            #expect(key.hex == ready.apiPublicKey)
            #expect(ready.notarizerPublicKey.count == 130)
        }
    }
}
