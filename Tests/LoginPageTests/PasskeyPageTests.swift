// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LoginPage

@Suite("The page's file")
struct PasskeyPageTests {
    @Test("its own policy names the hashes of its style and its script (scripts/hash-login-page writes them)")
    func hashes() {
        #expect(PasskeyPage.file.contains("script-src '\(PasskeyPage.hash(of: "script"))'"))
        #expect(PasskeyPage.file.contains("style-src '\(PasskeyPage.hash(of: "style"))'"))
        #expect(PasskeyPage.contentSecurityPolicy.contains("frame-ancestors 'none'"))
    }

    @Test("it names no resource of another place")
    func noResources() {
        for text in ["src=", "@import", " url(", ":url(", "<link", "import(", "eval("] {
            #expect(!PasskeyPage.file.contains(text), "\(text)")
        }
    }

    @Test("constants cannot end their block")
    func escaping() {
        let html = PasskeyPage.make(["body": "</script><script>alert(1)</script>"])
        #expect(!html.contains("</script><script>alert"))
        #expect(html.contains(#""body":"\u003c/script>\u003cscript>alert(1)\u003c/script>""#))
        #expect(!html.contains("api.turnkey.com"))
    }
}
