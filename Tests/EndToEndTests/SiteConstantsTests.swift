// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension BrowserTests {
    @Suite("What a site edits in the page")
    struct SiteConstantsTests {
        private static let good = [
            "mode": #""site""#, "apiBaseUrl": #""https://api.turnkey.com""#, "rpId": #""login.localhost""#,
            "organizations": #"[{"id":"o","name":"O"}]"#, "maximumExpirationSeconds": "3600", "offersPaste": "false",
        ]

        @Test("is refused by name where it cannot be used: a limit that cannot be read would be none")
        func faults() async throws {
            let site = try StaticSite([:])
            defer { site.end() }
            try await Browser.with { browser in
                let rows: [(name: String, value: String?)] = [
                    ("maximumExpirationSeconds", nil), ("maximumExpirationSeconds", #""an hour""#),
                    ("maximumExpirationSeconds", "0"), ("organizations", nil), ("organizations", "[]"),
                    ("rpId", nil), ("rpId", #""https://login.localhost""#), ("apiBaseUrl", #""http://example.com""#),
                    ("apiBaseUrl", nil), ("mode", #""demo""#), ("mode", "site"),
                ]
                for (name, value) in rows {
                    var constants = Self.good
                    constants[name] = value
                    try await open(constants, site, browser)
                    #expect(try await browser.text("h1") == "Not set up", "\(name): \(value ?? "absent")")
                    #expect(try await browser.text("#status").contains(#""\#(name)""#))
                }
                try await open(Self.good, site, browser)
                #expect(try await browser.text("h1") == "This link does not work")
            }
        }

        /// The page with these constants, at a link that it cannot read.
        private func open(_ constants: [String: String], _ site: StaticSite, _ browser: Browser) async throws {
            let members = constants.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
            let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Sources/LoginPage/Page/passkey.html")
            let page = try String(contentsOf: file, encoding: .utf8)
            let html = page.replacing(/(?s)(id="constants">).*?(<\/script>)/, maxReplacements: 1) {
                "\($0.1){\(members)}\($0.2)"
            }
            site.put(html, at: "/login.html")
            try await browser.open("http://login.localhost:\(site.port)/login.html")
        }
    }
}
