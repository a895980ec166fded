// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import LoopbackPeers
import StampClient
import Testing
import TurnkeyClient

@Suite("Requests", .timeLimit(.minutes(15)))
struct RequestTests {
    private func makeClient(_ api: FakeAPI) throws -> APIClient {
        try Fixtures.makeTurnkey(api).client(APIKeyStamper(P256.Signing.PrivateKey()))
    }

    @Test(
        "the body that arrives is, byte for byte, the body that was stamped",
        arguments: [
            #"{ "organizationId" : "x" }"# + "\n", "", #"{"é":"🗝️"}"#,
        ]
    )
    func sameBytes(_ body: String) async throws {
        let api = FakeAPI { _, _ in .init(body: "{}") }
        let client = try makeClient(api)
        #expect(try await client.query("whoami", body: Data(body.utf8)) == Data("{}".utf8))
        try expectStamped(api.requests, path: "/public/v1/query/whoami")
        #expect(api.requests.map(\.body) == [Data(body.utf8)])
    }

    @Test("a body of ours is stamped as it is sent")
    func ownBody() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let whoami = try await makeClient(api).getWhoami()
        #expect(whoami.userId == "u")
        try expectStamped(api.requests, path: "/public/v1/query/whoami")
        #expect(
            String(decoding: api.requests[0].body, as: UTF8.self)
                == #"{"organizationId":"\#(Fixtures.organizationId)"}"#
        )
    }

    @Test("redirects are refused, and nobody else gets the stamp", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) async throws {
        let elsewhere = FakeAPI { _, _ in .init(body: Fixtures.whoami) }
        let target = elsewhere.baseURL + "/"
        let api = FakeAPI { _, _ in .init(status: status, headers: ["Location: \(target)"], body: "") }
        let client = try makeClient(api)
        await #expect {
            try await client.getWhoami()
        } throws: { error in
            guard case .redirected(status, target)? = error as? TurnkeyError else { return false }
            return true
        }
        #expect(elsewhere.requests.isEmpty)
    }

    @Test(
        "an end point is a name or its own path",
        arguments: [
            "whoami", "/public/v1/query/whoami",
        ]
    )
    func path(_ text: String) async throws {
        let api = FakeAPI { _, _ in .init(body: "{}") }
        _ = try await makeClient(api).query(text, body: Data("{}".utf8))
        #expect(api.requests.map(\.line) == ["POST /public/v1/query/whoami HTTP/1.1"])
    }

    @Test(
        "anything else is no end point, and nothing is stamped or sent",
        arguments: [
            "", "../whoami", "/public/v1/submit/whoami", "whoami?x", "who ami", "Whoami", "/whoami", "a/b",
            "whoami\r\nX: y",
        ]
    )
    func noPath(_ text: String) async throws {
        let api = FakeAPI { _, _ in .init(body: "{}") }
        let client = try makeClient(api)
        await #expect {
            _ = try await client.query(text, body: Data())
        } throws: { error in
            guard case .configuration(.invalidPath(text))? = error as? TurnkeyError else { return false }
            return true
        }
        #expect(api.requests.isEmpty)
    }

    @Test("an answer that begins and does not end is waited for no longer than a request may take")
    func stalled() async throws {
        let api = FakeAPI { _, _ in .init(body: Fixtures.whoami, isWhole: false) }
        let turnkey = try Fixtures.makeTurnkey(api, requestTimeout: .milliseconds(200))
        await #expect {
            try await turnkey.client(APIKeyStamper(P256.Signing.PrivateKey())).getWhoami()
        } throws: { error in
            if case .timedOut(api.baseURL, .milliseconds(200))? = error as? TurnkeyError { true } else { false }
        }
    }

    @Test(
        "an answer of 200 that is not one JSON object in UTF-8 is none, and is shown by its type and first characters",
        arguments: [
            ("<html>\u{1B}[31m\u{202E}", #"no JSON object, Content-Type text/x, begins "<html>\u{1B}[31m\u{202E}""#),
            ("", "no JSON object, Content-Type text/x, an empty body"),
            ("[]", #"no JSON object, Content-Type text/x, begins "[]""#),
            ("null", #"no JSON object, Content-Type text/x, begins "null""#),
            (#"{"a":1"#, #"no JSON object, Content-Type text/x, begins "{"a":1""#),
            (#"{"a":1,}"#, #"no JSON object, Content-Type text/x, begins "{"a":1,}""#),
            (#"{"a":1,"a":2}"#, #"no JSON object, Content-Type text/x, begins "{"a":1,"a":2}""#),
            ("{}{}", #"no JSON object, Content-Type text/x, begins "{}{}""#),
            ("\u{FEFF}{}", #"no JSON object, Content-Type text/x, begins "\u{FEFF}{}""#),
        ]
    )
    func noAnswer(_ body: String, _ detail: String) async throws {
        let client = try makeClient(FakeAPI { _, _ in .init(headers: ["Content-Type: text/x"], body: body) })
        await #expect { try await client.query("whoami", body: Data("{}".utf8)) } throws: { error in
            guard case .unexpectedAnswer(200, let found)? = error as? TurnkeyError else { return false }
            #expect(found == detail)
            return (error as? TurnkeyError)?.fallback == .never
        }
    }

    @Test("an answer in a coding that nobody asked for is refused by its name", arguments: ["gzip", "br", "zstd"])
    func contentEncoding(_ coding: String) async throws {
        let api = FakeAPI { _, _ in .init(headers: ["Content-Encoding: \(coding)"], body: "\u{1F}\u{8B}\u{8}") }
        let client = try makeClient(api)
        await #expect { try await client.query("whoami", body: Data("{}".utf8)) } throws: { error in
            guard case .unexpectedAnswer(200, let detail)? = error as? TurnkeyError else { return false }
            return detail.contains("Content-Encoding \(coding), which was not asked for")
        }
        #expect(api.requests[0].headers["accept-encoding"] == nil)
    }

    @Test("an API that is down, or answers nonsense, is a typed error")
    func faults() async throws {
        let nonsense = try makeClient(FakeAPI { _, _ in .init(body: "<html>") })
        await #expect { try await nonsense.getWhoami() } throws: { error in
            if case .unexpectedAnswer(200, _)? = error as? TurnkeyError { true } else { false }
        }
        let broken = try makeClient(FakeAPI { _, _ in .init(status: 502, body: "bad gateway") })
        await #expect { try await broken.getWhoami() } throws: { error in
            if case .unexpectedAnswer(502, _)? = error as? TurnkeyError { true } else { false }
        }
        let api = FakeAPI.makeDown()
        let down = try makeClient(api)
        await #expect { try await down.getWhoami() } throws: { error in
            guard case .unreachable(api.baseURL, _)? = error as? TurnkeyError else { return false }
            return (error as? TurnkeyError)?.fallback == .retry
        }
    }
}

/// Each request is a POST to `path` with one stamp, which verifies over the body as it arrived.
func expectStamped(
    _ requests: [FakeAPI.Request],
    path: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    for request in requests {
        #expect(request.line == "POST \(path) HTTP/1.1", sourceLocation: sourceLocation)
        let json = try #require(Data(base64url: request.headers["x-stamp"] ?? ""), sourceLocation: sourceLocation)
        let stamp = try JSONDecoder().decode([String: String].self, from: json)
        let key = try P256.Signing.PublicKey(compressedRepresentation: Data(hex: stamp["publicKey"] ?? ""))
        let signature = try P256.Signing.ECDSASignature(derRepresentation: Data(hex: stamp["signature"] ?? ""))
        #expect(key.isValidSignature(signature, for: request.body), sourceLocation: sourceLocation)
    }
}
