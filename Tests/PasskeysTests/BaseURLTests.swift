// SPDX-License-Identifier: Apache-2.0
import Passkeys
import Testing

@Suite("The base URL of an API")
struct BaseURLTests {
    @Test(
        "https anywhere, http to this machine only",
        arguments: [
            ("https://api.turnkey.com", true), ("https://example.com:8443/base/", true), ("http://127.0.0.1:80", true),
            ("http://[::1]:8080", true), ("http://localhost:1", true), ("http://api.turnkey.com", false),
            ("http://127.0.0.1.example.com", false), ("http://localhost.example.com", false), ("http://0.0.0.0", false),
            ("http://user@localhost", false), ("https://a:b@example.com", false), ("https://example.com?x=1", false),
            ("https://example.com#x", false), ("ftp://example.com", false), ("example.com", false), ("", false),
            ("https://", false),
            ("http://localhost@example.com", false),
        ]
    )
    func schemes(_ text: String, _ isAllowed: Bool) {
        #expect(((try? APIBaseURL(text)) != nil) == isAllowed)
    }

    @Test(
        "a scheme counts in either case, and an address under which no end point is gets its own words",
        arguments: [
            ("HTTPS://Example.com/base/", "https://Example.com/base"), ("HTTP://localhost:1", "http://localhost:1"),
            ("https://example.com/", "https://example.com"),
        ]
    )
    func spelling(_ text: String, _ expected: String) throws {
        #expect(try APIBaseURL(text).text == expected)
    }

    @Test(
        "a base URL is refused for what is wrong with it",
        arguments: [
            ("https://example.com//", .unusablePath(baseURL: "https://example.com//")),
            ("https://example.com//base", .unusablePath(baseURL: "https://example.com//base")),
            ("https://example.com/public/v1", .unusablePath(baseURL: "https://example.com/public/v1")),
            ("https://example.com/PUBLIC/V1/", .unusablePath(baseURL: "https://example.com/PUBLIC/V1/")),
            (
                "https://example.com/public/v1/query/whoami",
                .unusablePath(baseURL: "https://example.com/public/v1/query/whoami")
            ),
            ("HTTP://example.com", .notHTTPS("HTTP://example.com")),
        ] as [(String, BaseURLFault)]
    )
    func baseURL(_ text: String, _ expected: BaseURLFault) {
        #expect(throws: expected) { try APIBaseURL(text) }
        #expect(!expected.message.isEmpty && !expected.hint.isEmpty)
    }

    @Test(
        "a base URL's port is 1 to 65535, in digits",
        arguments: [
            "99999", "65536", "0", "-1", "+80", "080", "1e3", "0x50", "80 ", "", "100000", "70000",
            "18446744073709551617",
            "99999999999999999999999999", "٨٠",
        ]
    )
    func badPort(_ port: String) {
        for host in ["http://127.0.0.1", "http://localhost", "http://[::1]", "https://example.com"] {
            for path in ["", "/", "/path"] {
                let text = "\(host):\(port)\(path)"
                #expect(throws: BaseURLFault.notABaseURL(text)) { try APIBaseURL(text) }
            }
        }
    }

    @Test("a port that can be listened at is taken, and so is none", arguments: [":1", ":80", ":8080", ":65535", ""])
    func goodPort(_ port: String) throws {
        for host in ["http://127.0.0.1", "http://localhost", "http://[::1]", "https://example.com"] {
            #expect(try APIBaseURL("\(host)\(port)/").text == "\(host)\(port)")
        }
    }
}
