// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Crypto
import FakeFrame
import Foundation
import LoopbackPeers
import NIOCore
import NIOHTTP1
import NIOSSL
import StampClient
import Testing

@testable import TurnkeyClient

@Suite("What breaks a connection is told for what it is, and says of the outcome what it can", .timeLimit(.minutes(15)))
struct BrokenConnectionTests {
    struct Break: Sendable, CustomTestStringConvertible {
        let error: any Error
        /// Whether TLS never began, so that nothing was sent.
        let isUnsafe: Bool
        let words: String
        var testDescription: String { "\(error)" }

        init(_ error: any Error, isUnsafe: Bool = false, _ words: String) {
            (self.error, self.isUnsafe, self.words) = (error, isUnsafe, words)
        }
    }

    private static let cut = "the connection was closed before the answer was whole"

    @Test(
        "what breaks once TLS is spoken is no unsafe connection: what was sent may have been done",
        arguments: [
            Break(NIOSSLError.uncleanShutdown, cut), Break(HTTPParserError.invalidEOFState, cut),
            Break(HTTPClientError.remoteConnectionClosed, cut), Break(ChannelError.ioOnClosedChannel, cut),
            Break(HTTPClientError.proxyAuthenticationRequired, "the proxy asks for a user and a password (407)"),
            Break(HTTPClientError.invalidProxyResponse, "the proxy refuses the connection"),
            Break(BoringSSLError.sslError([]), "the TLS connection broke"),
            Break(HTTPParserError.invalidConstant, "what answers does not speak HTTP (invalid constant string)"),
            Break(HTTPParserError.invalidChunkSize, "what answers does not speak HTTP ("),
            Break(HTTPParserError.headerOverflow, "what answers does not speak HTTP ("),
            Break(
                NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])),
                isUnsafe: true,
                "the connection was closed during the TLS handshake"
            ),
            Break(NIOSSLError.handshakeFailed(.sslError([])), isUnsafe: true, "the TLS handshake failed"),
            Break(NIOSSLError.unableToValidateCertificate, isUnsafe: true, "no authority that this machine trusts"),
        ]
    )
    func words(_ broken: Break) {
        let fault = TLSFault(broken.error)
        #expect((fault != nil) == broken.isUnsafe)
        let words = fault.map(\.message) ?? makeReason(broken.error)
        #expect(words.contains(broken.words))
    }

    @Test("the library's place in its source is nobody's business")
    func source() {
        let text = "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:X at /a/b/handshake.cc:298; y"
        #expect(TLSFault.describe(text) == "Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:X; y")
    }

    @Test(
        "who closes during the handshake, as one does who has too much to do, is tried again",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)")
    )
    func closedHandshake() async throws {
        let authority = try await TestAuthority()
        let listener = LoopbackListener { peer in
            var hello = [UInt8](repeating: 0, count: 65_536)
            _ = read(peer, &hello, hello.count)
        }
        let url = "https://localhost:\(listener.port)"
        await #expect {
            try await Self.ask(url, ["SSL_CERT_FILE": authority.certificatePath])
        } throws: { error in
            guard case .insecure(url, .closed)? = error as? TurnkeyError else { return false }
            return (error as? TurnkeyError)?.fallback == .retry
        }
    }

    @Test("an answer that is too large is judged by its status", arguments: [(200, Fallback.never), (503, .retry)])
    func tooLarge(_ status: Int, _ fallback: Fallback) async throws {
        let body = String(repeating: "x", count: (1 << 24) + 1)
        let api = FakeAPI { _, _ in .init(status: status, body: body) }
        await #expect { try await Self.ask(api.baseURL) } throws: { error in
            guard case .unexpectedAnswer(status, "more than 16 MiB")? = error as? TurnkeyError else { return false }
            return (error as? TurnkeyError)?.fallback == fallback
        }
    }

    @Test(
        "where a proxy is asked, it is named: it may be what failed",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)"),
        arguments: [
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 407 P\r\n\r\n", "SSH-2.0\r\n", "",
        ]
    )
    func proxy(_ answer: String) async throws {
        let authority = try await TestAuthority()
        let proxy = LoopbackListener { peer in
            guard LoopbackListener.readHead(peer) != nil else { return }
            LoopbackListener.write(answer, to: peer)
        }
        let environment = [
            "SSL_CERT_FILE": authority.certificatePath, "HTTPS_PROXY": "http://ada:hunter2@127.0.0.1:\(proxy.port)",
        ]
        await #expect { try await Self.ask("https://api.example.test", environment) } throws: { error in
            guard case .unreachable(_, let reason)? = error as? TurnkeyError else { return false }
            return reason.hasSuffix(", by way of the proxy 127.0.0.1:\(proxy.port)") && !reason.contains("hunter2")
        }
    }

    @Test(
        "a status below 100 is none, and the connection is over",
        arguments: ["000", "001", "050", "099"],
        [
            "Content-Length: 2\r\n\r\n{}", "Content-Length: 0\r\n\r\n", "\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ]
    )
    func noStatus(_ status: String, _ rest: String) async throws {
        let server = LoopbackListener { peer in
            guard LoopbackListener.readHead(peer) != nil else { return }
            LoopbackListener.write("HTTP/1.1 \(status) Status\r\n\(rest)", to: peer)
        }
        await #expect { try await Self.ask("http://127.0.0.1:\(server.port)") } throws: { error in
            guard case .unreachable(_, let reason)? = error as? TurnkeyError else { return false }
            return reason == "what answers does not speak HTTP (invalid HTTP status code)"
        }
    }

    @Test("a connection has the time that the request has, and no less", .enabled(if: TestAuthority.openssl != nil))
    func connectTime() async throws {
        let (authority, time) = (try await TestAuthority(), Duration.seconds(12))
        let silent = LoopbackListener { peer in
            while LoopbackListener.readHead(peer) != nil {}
        }
        let environment = [
            "SSL_CERT_FILE": authority.certificatePath, "HTTPS_PROXY": "http://127.0.0.1:\(silent.port)",
        ]
        let start = ContinuousClock.now
        await #expect { try await Self.ask("https://api.example.test", environment, within: time) } throws: { error in
            if case .timedOut(_, time)? = error as? TurnkeyError { true } else { false }
        }
        #expect(ContinuousClock.now - start >= time)
    }

    struct Outcome: Sendable, CustomTestStringConvertible {
        let error: TurnkeyError
        let isUnknown: Bool
        var testDescription: String { "\(error)" }

        init(_ error: TurnkeyError, isUnknown: Bool) { (self.error, self.isUnknown) = (error, isUnknown) }

        static func api(_ status: Int, _ code: String = "", isUnknown: Bool) -> Outcome {
            let error = APIError(httpStatus: status, code: 0, message: "m", turnkeyErrorCode: code)
            return Outcome(.api(error), isUnknown: isUnknown)
        }
    }

    @Test(
        "only an API that said no, and what kept it from being asked, says that nothing was done",
        arguments: [
            .api(400, isUnknown: false), .api(403, isUnknown: false), .api(429, isUnknown: false),
            .api(408, isUnknown: true), .api(500, isUnknown: true), .api(504, "SOMETHING_NEW", isUnknown: true),
            .api(400, "INTERNAL", isUnknown: true),
            Outcome(.unreachable(url: "u", reason: "r"), isUnknown: true),
            Outcome(.timedOut(url: "u", after: .seconds(1)), isUnknown: true),
            Outcome(.unexpectedAnswer(httpStatus: 200, detail: "d"), isUnknown: true),
            Outcome(.cancelled, isUnknown: true), Outcome(.insecure(url: "u", .noCertificates), isUnknown: false),
            Outcome(.insecure(url: "u", .closed(cause: "c")), isUnknown: false),
            Outcome(.redirected(httpStatus: 307, location: nil), isUnknown: false),
            Outcome(.bodyNotText, isUnknown: false), Outcome(.notLoggedIn, isUnknown: false),
        ] as [Outcome]
    )
    func outcome(_ outcome: Outcome) {
        #expect(outcome.error.isOutcomeUnknown == outcome.isUnknown)
        #expect(outcome.error.isBeforeRegistration == !outcome.isUnknown)
        let wrapped = SessionFailure(step: .register, endPoint: nil, cause: outcome.error, remains: .nothing)
        #expect(TurnkeyError.session(wrapped).isOutcomeUnknown == outcome.isUnknown)
    }

    private static func ask(
        _ url: String,
        _ environment: [String: String] = [:],
        within timeout: Duration = .seconds(120)
    ) async throws {
        let configuration = try TurnkeyConfiguration(apiBaseUrl: APIBaseURL(url), defaultOrganizationId: "o")
        let turnkey = Turnkey(
            configuration,
            requestTimeout: timeout,
            stateDirectory: FakeFrame.makeDirectory(),
            environment: environment
        )
        _ = try await turnkey.client(APIKeyStamper(P256.Signing.PrivateKey())).getWhoami()
    }
}
