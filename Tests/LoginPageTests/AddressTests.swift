// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys
import Testing

@testable import LoginPage

@Suite("Where a page may be")
struct AddressTests {
    @Test(
        "a site's page is https, or http to this machine",
        arguments: [
            ("https://login.example.com/p.html", "https://login.example.com"),
            ("https://Login.example.com:443/", "https://login.example.com"),
            ("https://example.com:8443/p", "https://example.com:8443"),
            ("http://localhost:8080/p", "http://localhost:8080"), ("HTTPS://Example.com/p", "https://example.com"),
            ("http://a.localhost/p", "http://a.localhost"),
            ("https://[2001:db8::1]:8443/p", "https://[2001:db8::1]:8443"),
            ("https://[2001:DB8::1]/p", "https://[2001:db8::1]"),
            ("https://bücher.example/p", "https://xn--bcher-kva.example"),
        ]
    )
    func sites(_ url: String, _ origin: String) throws {
        #expect(try SiteAddress(url).origin == origin)
    }

    @Test("an address is opened as a browser spells it")
    func spelling() throws {
        #expect(try SiteAddress("https://bücher.example/é").url.hasSuffix("/%C3%A9"))
        #expect(try SiteAddress("https://example.com/p").url == "https://example.com/p")
    }

    @Test("who pastes nothing has handed nothing over", arguments: ["", " ", "\n"])
    func nothingPasted(_ code: String) async throws {
        let opener = PageOpener(.printing, environment: [:]) { _ in }
        let page = try SitePage(url: "https://example.com/p", opener: opener, paste: { code })
        let key = P256.Signing.PrivateKey().publicKey.compressedRepresentation
        let request = LoginRequest(organizationId: "o", publicKey: Hexadecimal.encode(key))
        await #expect(throws: LoginPageError.cancelled) { try await page.signedStampLogin(for: request) }
    }

    @Test(
        "anything else is refused",
        arguments: [
            "http://example.com/", "https://user@example.com/", "https://example.com/?a=1", "https://example.com/#a",
            "", "https://ex%61mple.com/p", "https://example.com/a b", "https://example.com/p\r",
            "https://example.com/\u{1B}[31m", "https://[fe80::1%25eth0]/p",
            "file:///p.html", "http://localhost.example.com/", "javascript:alert(1)", "example.com",
        ]
    )
    func others(_ url: String) {
        let shown = url.replacing("user@", with: "…@")
        #expect(throws: LoginPageError.invalidSiteURL(shown)) { try SiteAddress(url) }
    }

    @Test("a passkey of localhost is for an API on this machine, unless it is allowed for another")
    func localhost() async throws {
        let opener = PageOpener(.printing, environment: [:]) { _ in }
        func ask(_ url: String, allow: Bool, rpId: String = "localhost") async throws {
            let passkey = LocalhostPasskey(
                api: try APIBaseURL(url),
                allowLocalhostPasskey: allow,
                opener: opener,
                timeout: .milliseconds(1)
            )
            _ = try await passkey.assertion(approving: Data("{}".utf8), rpId: rpId)
        }
        let elsewhere = "https://api.example.com"
        await #expect(throws: LoginPageError.localhostPasskeyRefused(apiBaseUrl: elsewhere)) {
            try await ask(elsewhere, allow: false)
        }
        await #expect(throws: LoginPageError.timedOut(after: .milliseconds(1))) {
            try await ask(elsewhere, allow: true)
        }
        await #expect(throws: LoginPageError.foreignRelyingParty(rpId: "example.com")) {
            try await ask("http://127.0.0.1", allow: true, rpId: "example.com")
        }
    }

    @Test("over ssh nothing is opened, and the port to forward is named")
    func remote() {
        let lines = Lines()
        let environment = [
            "SSH_CONNECTION": "203.0.113.5 50000 198.51.100.7 22", "XDG_RUNTIME_DIR": "/tmp", "PATH": "/usr/bin",
        ]
        let opener = PageOpener(.browser, environment: environment) { lines.append($0) }
        #expect(opener.open("http://localhost:40000/token", port: 40_000) == nil)
        #expect(lines.all.contains("http://localhost:40000/token"))
        #expect(lines.all.contains("    ssh -N -L 40000:127.0.0.1:40000 198.51.100.7"))
    }

    @Test("a redirect file is made in a directory of this user's alone, and nowhere else")
    func redirect() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        chmod(directory, 0o755)
        #expect(RedirectFile(to: "http://localhost:1/x", in: directory) == nil)
        chmod(directory, 0o700)
        let file = try #require(RedirectFile(to: "https://e.example/p#a=1&b=\"<", in: directory))
        #expect(
            try String(contentsOfFile: file.path, encoding: .utf8).contains(
                "url=https://e.example/p#a=1&amp;b=&quot;&lt;"
            )
        )
        file.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
        #expect(RedirectFile(to: "http://localhost:1/x", in: "relative") == nil)
    }
}
