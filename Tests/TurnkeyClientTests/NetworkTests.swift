// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Crypto
import FakeFrame
import Foundation
import LoopbackPeers
import NIOSSL
import StampClient
import Synchronization
import Testing

@testable import TurnkeyClient

@Suite("The network of a company", .timeLimit(.minutes(15)))
struct NetworkTests {
    private static func ask(_ url: String, _ environment: [String: String]) async throws(TurnkeyError) -> String {
        let configuration = try TurnkeyConfiguration.load(
            apiBaseUrl: url,
            defaultOrganizationId: Fixtures.organizationId,
            environment: [:]
        )
        let turnkey = Turnkey(
            configuration,
            requestTimeout: .seconds(120),
            stateDirectory: FakeFrame.makeDirectory(),
            environment: environment
        )
        return try await turnkey.client(APIKeyStamper(P256.Signing.PrivateKey())).getWhoami().userId
    }

    private static func findFault(_ url: String, _ environment: [String: String]) async -> TurnkeyError? {
        do throws(TurnkeyError) {
            _ = try await ask(url, environment)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "an authority of one's own is trusted by SSL_CERT_FILE and by SSL_CERT_DIR, and else nobody vouches",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)")
    )
    func authority() async throws {
        let (authority, other) = (try await TestAuthority(), try await TestAuthority())
        let server = try await TLSServer(authority, answer: Fixtures.whoami)
        defer { server.stop() }
        let url = "https://localhost:\(server.port)"
        #expect(try await Self.ask(url, ["SSL_CERT_FILE": authority.certificatePath]) == "u")
        #expect(try await Self.ask(url, ["SSL_CERT_DIR": "\(other.directory):\(authority.directory)"]) == "u")
        for environment in [["SSL_CERT_FILE": other.certificatePath], ["SSL_CERT_DIR": other.directory]] {
            let error: TurnkeyError? = await Self.findFault(url, environment)
            guard case .insecure(_, .untrustedCertificate(let cause))? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(cause.contains("CERTIFICATE_VERIFY_FAILED"))
            #expect(error?.fallback == .never)
            #expect(
                error?.message.contains("no authority that this machine trusts vouches for its certificate") == true
            )
        }
    }

    @Test(
        "a certificate of another host is told apart",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)")
    )
    func anotherName() async throws {
        let authority = try await TestAuthority(names: "DNS:other.example.test")
        let server = try await TLSServer(authority, answer: Fixtures.whoami)
        defer { server.stop() }
        let error: TurnkeyError? = await Self.findFault(
            "https://localhost:\(server.port)",
            ["SSL_CERT_FILE": authority.certificatePath]
        )
        guard case .insecure(_, .anotherName)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "TLS 1.2 is spoken, and nothing before it",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)"),
        arguments: [(TLSVersion.tlsv1, false), (.tlsv11, false), (.tlsv12, true), (.tlsv13, true)]
    )
    func versions(_ version: TLSVersion, _ isSpoken: Bool) async throws {
        let authority = try await TestAuthority()
        let server = try await TLSServer(authority, version, version, answer: Fixtures.whoami)
        defer { server.stop() }
        let error: TurnkeyError? = await Self.findFault(
            "https://127.0.0.1:\(server.port)",
            ["SSL_CERT_FILE": authority.certificatePath]
        )
        switch error {
        case nil: #expect(isSpoken)
        case .insecure(_, .oldTLS)?: #expect(!isSpoken)
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test(
        "a port that speaks no TLS is named as that",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)"),
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n"]
    )
    func noTLS(_ greeting: String) async throws {
        let authority = try await TestAuthority()
        let listener = LoopbackListener { peer in
            var hello = [UInt8](repeating: 0, count: 65_536)
            _ = read(peer, &hello, hello.count)
            LoopbackListener.write(greeting, to: peer)
            // What is closed with something unread takes back what was said.
            while read(peer, &hello, hello.count) > 0 {}
        }
        let error: TurnkeyError? = await Self.findFault(
            "https://localhost:\(listener.port)",
            ["SSL_CERT_FILE": authority.certificatePath]
        )
        guard case .insecure(_, .noTLS)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "a variable that leads to no certificate is an error that names it, and no request is sent",
        arguments: [
            ("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_FILE", "/etc/hostname"), ("SSL_CERT_DIR", "/nonexistent"),
        ]
    )
    func noCertificate(_ variable: String, _ path: String) async {
        let error: TurnkeyError? = await Self.findFault("https://localhost:1", [variable: path])
        guard case .configuration(.unusableCertificates(variable, path))? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "a request goes through the proxy that is named, and TLS is spoken with the API behind it",
        .enabled(if: TestAuthority.openssl != nil, "needs openssl(1)")
    )
    func proxy() async throws {
        let (authority, heads) = (try await TestAuthority(), LoopbackListener.Heads())
        let server = try await TLSServer(authority, answer: Fixtures.whoami)
        defer { server.stop() }
        let proxy = LoopbackListener.makeProxy(to: server.port, heads: heads)
        let environment = [
            "SSL_CERT_FILE": authority.certificatePath, "HTTPS_PROXY": "http://me:p%40ss@127.0.0.1:\(proxy.port)",
        ]
        #expect(try await Self.ask("https://api.example.test", environment) == "u")
        let head = try #require(heads.all.withLock(\.self).first)
        #expect(heads.all.withLock(\.count) == 1)
        #expect(head.hasPrefix("CONNECT api.example.test:443 HTTP/1.1\r\n"))
        #expect(
            head.lowercased().contains(
                "proxy-authorization: basic \(Data("me:p@ss".utf8).base64EncodedString())".lowercased()
            )
        )
        // What NO_PROXY lists, and this machine, go without.
        let excepted = environment.merging(["NO_PROXY": "example.test"]) { $1 }
        guard case .unreachable? = await Self.findFault("https://api.example.test", excepted) else {
            Issue.record("it was reached")
            return
        }
        #expect(try await Self.ask("https://localhost:\(server.port)", environment) == "u")
        #expect(heads.all.withLock(\.count) == 1)
    }

    /// Which of the variables wins, and for whom there is no proxy.
    struct Rule: Sendable, CustomTestStringConvertible {
        let url: String
        let environment: [String: String]
        let port: Int?
        var testDescription: String { "\(url) \(environment.sorted { $0.key < $1.key })" }

        init(_ url: String, _ environment: [String: String], _ port: Int?) {
            (self.url, self.environment, self.port) = (url, environment, port)
        }
    }

    static let rules: [Rule] =
        [
            Rule("https://a.test", ["https_proxy": "http://p:1", "HTTPS_PROXY": "http://p:2"], 1),
            Rule("https://a.test", ["https_proxy": "", "HTTPS_PROXY": "p:2"], 2),
            Rule("https://a.test", ["ALL_PROXY": "http://p:3/"], 3), Rule("https://a.test", ["HTTPS_PROXY": "p"], 80),
            Rule("https://a.test", ["HTTPS_PROXY": "HTTP://[::1]:4"], 4),
            Rule("https://a.test", ["HTTP_PROXY": "p:1"], nil),
            Rule("https://a.test", [:], nil),
        ]
        + [
            "http://localhost", "http://127.0.0.1:8080", "https://localhost", "https://[::1]", "https://127.9.9.9",
            "https://x.localhost", "https://localhost.", "https://x.localhost.", "https://[::ffff:127.0.0.1]",
        ]
        .map { Rule($0, ["HTTPS_PROXY": "p:1", "HTTP_PROXY": "p:2", "ALL_PROXY": "p:3"], nil) }
        + [
            ("https://a.test", "*"), ("https://a.test", "a.test"), ("https://a.test", ".a.test"),
            ("https://b.a.test", "a.test"), ("https://b.a.test", "x, .a.test"), ("https://b.a.test", "*.a.test"),
            ("https://A.TEST", "a.Test"), ("https://a.test:8443", "a.test:8443"), ("https://a.test", "a.test:443"),
            ("https://10.1.2.3", "10.0.0.0/8"), ("https://10.1.2.3", "10.1.2.3"), ("https://[fd00::1]", "fd00::/8"),
            ("https://[::ffff:10.1.2.3]", "10.0.0.0/8"), ("https://10.1.2.3", "::ffff:10.1.2.3"),
            ("https://a.test.", "a.test"), ("https://[fd00::1]:8443", "[fd00::1]:8443"),
            ("https://10.1.2.3:8443", "10.1.2.3:8443"), ("https://a.test", "x y a.test"),
            ("https://bücher.test", "bücher.test"), ("https://bücher.test", "xn--bcher-kva.test"),
        ].map { Rule($0, ["HTTPS_PROXY": "p:1", "NO_PROXY": $1], nil) }
        + [
            ("https://10.1.2.3", "10.0.0.0/+8"), ("https://10.1.2.3", "11.0.0.0/-0"), ("https://10.1.2.3", "10.0.0.0/"),
            ("https://10.1.2.3", "2.3"), ("https://10.1.2.3", ".2.3"), ("https://10.1.2.3", "*.3"),
            ("https://10.1.2.3", "10.0.0.0/08"), ("https://a.test", "a.test:0443"), ("https://notlocalhost", "x"),
            ("https://xa.test", "a.test"), ("https://a.test.evil", "a.test"), ("https://a.test", "b.a.test"),
            ("https://a.test", "a.test:8443"), ("https://11.1.2.3", "10.0.0.0/8"), ("https://10.1.2.3", "10.0.0.0/99"),
            ("https://a.test", ""), ("https://a.test", ",, ,"), ("https://a.test", "."),
            ("https://[fe80::1]", "fd00::/8"),
        ].map { Rule($0, ["HTTPS_PROXY": "p:1", "NO_PROXY": $1], 1) }

    @Test("the proxy is the variables', and none for this machine or what is excepted", arguments: rules)
    func rule(_ rule: Rule) throws {
        let proxy = try ProxyRules.find(for: APIBaseURL(rule.url), in: rule.environment)
        #expect(proxy?.port == rule.port)
    }

    @Test(
        "a proxy that cannot be used is an error that names its variable, and never its password",
        arguments: [
            "https://u:secret@p", "socks5://u:secret@p", "http://u:secret@p:99999", "http://u:secret@p:0",
            "http://u:secret@p/path", "http://", "http://u:secret@", "p:port", "http://u:secret@p?q",
        ]
    )
    func unusableProxy(_ text: String) {
        #expect { try ProxyRules.find(for: .turnkey, in: ["HTTPS_PROXY": text]) } throws: { error in
            guard case .configuration(.unusableProxy("HTTPS_PROXY"))? = error as? TurnkeyError else { return false }
            return !"\(error)".contains("secret")
        }
    }
}
