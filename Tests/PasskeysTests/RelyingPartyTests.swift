// SPDX-License-Identifier: Apache-2.0
import Passkeys
import Testing

@Suite("A relying party")
struct RelyingPartyTests {
    private static let label = String(repeating: "a", count: 63)

    @Test(
        "it is a domain in lower case, and its own origin",
        arguments: [
            ("localhost", "http://localhost"), ("example.com", "https://example.com"), ("a-1.b", "https://a-1.b"),
            (label, "https://" + label), (label + "." + label, "https://" + label + "." + label),
        ]
    )
    func origin(_ id: String, _ origin: String) {
        #expect(RelyingParty(id)?.origin == origin)
    }

    @Test(
        "what is no domain is none",
        arguments: [
            "", ".", "a.", ".a", "a..b", "Example.com", "https://example.com", "example.com:443", "a\"b", "münchen.de",
            "a_b", "a b", "a\n", label + "a", Array(repeating: label, count: 4).joined(separator: "."),
        ]
    )
    func refused(_ id: String) {
        #expect(RelyingParty(id) == nil)
    }
}
