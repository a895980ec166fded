// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

/// Well-formed keys of nobody: the bytes from 1 to 32, and back.
private let keyA = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
private let keyB = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB"

@Suite("known_hosts and allowed signers")
struct KnownHostsTests {
    @Test(
        "a line of one host is taken; any other is left out for its reason",
        arguments: [
            ("web-1.example \(keyA)", ["web-1.example"], []),
            ("web-1.example,10.0.0.1,fe80::1 \(keyA) a comment", ["10.0.0.1", "fe80::1", "web-1.example"], []),
            ("WEB-1.Example \(keyA)", ["web-1.example"], []),
            ("  web-1.example\t\(keyA)\r", ["web-1.example"], []),
            ("[web-1.example]:22 \(keyA)", ["web-1.example"], []),
            ("", [], []), ("# web-1.example \(keyA)", [], []),
            ("[web-1.example]:2222 \(keyA)", [], [.otherPort("2222")]),
            ("[web-1.example]:22\u{1B}[2J \(keyA)", [], [.otherPort("22\u{1B}[2J")]),
            ("|1|c2FsdA==|aGFzaA== \(keyA)", [], [.hashed]),
            ("*.example \(keyA)", [], [.pattern]), ("web-?.example \(keyA)", [], [.pattern]),
            ("*.example,!web-1.example \(keyA)", [], [.pattern, .negated]),
            ("web-1.example,*.example \(keyA)", ["web-1.example"], [.pattern]),
            ("@cert-authority *.example \(keyA)", [], [.certificateAuthority]),
            ("@revoked * \(keyA)", [], [.revoked]), ("@other web-1.example \(keyA)", [], [.malformed]),
            ("web-1.example", [], [.malformed]), ("web-1.example ssh-ed25519", [], [.malformed]),
            ("web-1.example ssh-ed25519 AAAA", [], [.malformed]),
            ("web-1.example ssh-rsa \(keyA.dropFirst(12))", [], [.malformed]),
            ("web-1.example ssh-ed25519 \(keyA.dropFirst(12))=", [], [.malformed]),
            ("web-1.example 1024 35 1234567", [], [.malformed]),
            ("-oProxy \(keyA)", [], [.name]), ("a\u{1B}[2J \(keyA)", [], [.name]), ("wеb-1 \(keyA)", [], [.name]),
            ("a,,b \(keyA)", ["a", "b"], [.name]), ("WEB-1 \(keyA)", ["web-1"], []),
            ("web-\u{212A} \(keyA)", [], [.name]),
        ] as [(String, [String], [LeftOutLine.Reason])]
    )
    func lines(text: String, hosts: [String], leftOut: [LeftOutLine.Reason]) {
        let known = KnownHosts(text)
        #expect(known.entries.map(\.host.description) == hosts)
        #expect(known.leftOut.map(\.reason) == leftOut)
        #expect(known.leftOut.allSatisfy { $0.number == 1 })
        #expect(known.leftOut.allSatisfy { $0.message.utf8.allSatisfy { $0 >= 0x20 } })
    }

    @Test("another port is the hosts' own where it is said to be, and then 22 is another")
    func port() {
        let known = KnownHosts("[a]:2222 \(keyA)\nb \(keyB)", port: 2_222)
        #expect(known.entries.map(\.host.description) == ["a"])
        #expect(known.leftOut.map(\.reason) == [.otherPort("22")])
    }

    @Test("a key that one line revokes is no host's in another")
    func revoked() {
        let known = KnownHosts("web-1 \(keyA)\nweb-2 \(keyB)\n@revoked web-9 \(keyA)")
        #expect(known.entries.map(\.host.description) == ["web-2"])
        #expect(known.leftOut.map(\.number) == [1, 3])
    }

    @Test(
        "each line feed ends a line, with a carriage return before it too",
        arguments: ["\n", "\r\n", " \r\n", " a comment\r\n"]
    )
    func lineEnds(end: String) {
        let known = KnownHosts("web-1 \(keyA)\(end)web-2 \(keyB)\(end)@revoked web-9 \(keyA)\(end)")
        #expect(known.entries.map(\.host.description) == ["web-2"])
        #expect(known.leftOut.map(\.number) == [1, 3])
        let signers = AllowedSigners("web-1 \(keyA)\(end)web-2 \(keyB)\(end)")
        #expect(signers.text == "web-1 \(keyA)\nweb-2 \(keyB)\n")
    }

    @Test("a key of two hosts is told; the names of one line are one host")
    func shared() throws {
        let known = KnownHosts("web-1,10.0.0.1 \(keyA)\nweb-2 \(keyB)\nweb-3 \(keyA)\nweb-3 \(keyA)")
        #expect(known.sharedKeys.values.map { $0.map(\.description) } == [["10.0.0.1", "web-1", "web-3"]])
        #expect(known.entries.count == 4)
    }

    @Test("what is written of known_hosts is read as allowed signers, one line a host and key, for cards alone")
    func written() throws {
        let known = KnownHosts("web-1,10.0.0.1 \(keyA)\nweb-1 \(keyB)")
        let text = AllowedSigners.write(known.entries)
        #expect(
            text == """
                10.0.0.1 namespaces="stampd-card@stampd.io" \(keyA)
                web-1 namespaces="stampd-card@stampd.io" \(keyA)
                web-1 namespaces="stampd-card@stampd.io" \(keyB)

                """
        )
        let signers = AllowedSigners(text)
        #expect(signers.leftOut.isEmpty)
        #expect(signers.text == text)
        let blob = try #require(known.entries.first).key.blob
        #expect(signers.hosts(ofKey: blob).map(\.description).sorted() == ["10.0.0.1", "web-1"])
    }

    @Test(
        "an allowed signer is one host or a list of them; any other line is left out for its reason",
        arguments: [
            ("web-1 \(keyA)", nil), ("web-1,web-2 \(keyA) comment", nil),
            ("web-1 namespaces=\"a,b\",valid-before=\"20300101\" \(keyA)", nil),
            ("web-1 Namespaces=\"a\" \(keyA)", nil),
            ("*.example \(keyA)", .pattern), ("web-1,web-? \(keyA)", .pattern), ("!web-1 \(keyA)", .negated),
            ("web-1 cert-authority \(keyA)", .certificateAuthority),
            ("web-1 CERT-AUTHORITY,namespaces=\"a\" \(keyA)", .certificateAuthority),
            ("web-1 no-touch-required \(keyA)", .option), ("web-1 namespaces=a \(keyA)", .option),
            ("me@example.com \(keyA)", .name), ("Web-1 \(keyA)", .name), ("web-1", .malformed),
            ("web-1 x y", .malformed),
        ] as [(String, LeftOutLine.Reason?)]
    )
    func signers(text: String, reason: LeftOutLine.Reason?) {
        let signers = AllowedSigners(text)
        #expect(signers.leftOut.map(\.reason) == [reason].compactMap(\.self))
        #expect(signers.isEmpty == (reason != nil))
    }
}

@Suite("host patterns")
struct HostPatternTests {
    @Test(
        "a star stands for any characters, a question mark for one",
        arguments: [
            ("web-1", "web-1", true), ("web-1", "web-11", false), ("web-*", "web-", true),
            ("web-*", "web-1.example", true),
            ("*", "web-1", true), ("*.example", "web-1.example", true), ("*.example", "web-1.example.org", false),
            ("web-??", "web-17", true), ("web-??", "web-1", false), ("*1*", "web-1.example", true), ("**", "a", true),
            ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyyd", false), ("*a", "b", false),
        ]
    )
    func matches(pattern: String, host: String, isMatch: Bool) throws {
        #expect(try #require(HostPattern(pattern)).matches(try #require(HostName(host))) == isMatch)
    }

    @Test("what no host could match is no pattern", arguments: ["", "WEB", "a b", "a,b", "!a", "[a]", "é"])
    func refused(text: String) { #expect(HostPattern(text) == nil) }

    @Test("a pattern of many stars takes no longer than its length times the name's")
    func slow() throws {
        let pattern = try #require(HostPattern(String(repeating: "*a", count: 120) + "b"))
        #expect(!pattern.matches(try #require(HostName(String(repeating: "a", count: 253)))))
    }
}
