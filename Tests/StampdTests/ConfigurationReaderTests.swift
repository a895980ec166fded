// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import stampd

@Suite("the configuration's text")
struct ConfigurationReaderTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let text: [UInt8]
        let messages: [String]
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ messages: String...) {
            self.init(name, bytes: Array(text.utf8), messages)
        }

        init(_ name: String, bytes: [UInt8], _ messages: [String]) {
            self.name = name
            text = bytes
            self.messages = messages
        }
    }

    static let sessions = "maximumSessions takes a whole number from 1 to 64"
    static let nine = Setting.all.prefix(9).map { "\"\($0.name)\": 1" }.joined(separator: ", ")

    @Test(
        "what is wrong is said, each fault by its member and what that takes",
        arguments: [
            Row("nothing", "", "line 1: the JSON text ends inside a value at byte 0"),
            Row(
                "an array",
                "[]",
                "line 1: neither an object in braces nor a member's name in quotation marks at byte 0"
            ),
            Row(
                "a word",
                "null",
                "line 1: neither an object in braces nor a member's name in quotation marks at byte 0"
            ),
            Row(
                "a byte order mark",
                "\u{feff}{}",
                "line 1: neither an object in braces nor a member's name in quotation marks at byte 0"
            ),
            Row(
                "a comment",
                "{\n// x\n}",
                "line 2: neither an object in braces nor a member's name in quotation marks at byte 2"
            ),
            Row("two objects", "{}\n{}", "line 2: more bytes after the JSON value at byte 3"),
            Row(
                "rules that are wrong, and JSON that is",
                "{\"x\": 1,\n\"authorization\": {\"stamp\": {\"uids\": [-1]}}, \"y\": [",
                "there is no member 'x'",
                "line 2: authorization: an entry that is not the number of a user or group (id -u NAME, id -g NAME) at byte 46",
                "there is no member 'y'",
                "line 2: the JSON text ends inside a value at byte 59"
            ),
            Row("an unknown member", #"{"maximumsessions": 3}"#, "there is no member 'maximumsessions'"),
            Row("an option's name", #"{"--maximum-sessions": 3}"#, "there is no member '--maximum-sessions'"),
            Row(
                "an unknown member's value is read too",
                #"{"x": [1,]}"#,
                "there is no member 'x'",
                "line 1: a byte that JSON does not allow here at byte 9"
            ),
            Row(
                "a member of other characters",
                "{\"a\\nb\u{1b}é\": 3}".replacing("\u{1b}", with: "\\u001b"),
                "there is no member 'a?b??'"
            ),
            Row("text", #"{"maximumSessions": "3"}"#, sessions),
            Row("a fraction", #"{"maximumSessions": 3.0}"#, sessions),
            Row("an exponent", #"{"maximumSessions": 3e0}"#, sessions),
            Row("a number of more than 64 bits", #"{"maximumSessions": 99999999999999999999}"#, sessions),
            Row("null", #"{"maximumSessions": null}"#, sessions),
            Row("an object", #"{"maximumSessions": {}}"#, sessions),
            Row("a word where a number goes", #"{"maximumSessions": true}"#, sessions),
            Row("a number where a word goes", #"{"keepState": 1}"#, "keepState takes true or false"),
            Row("an empty path", #"{"journalSocket": ""}"#, "journalSocket takes a path of at most 107 bytes"),
            Row(
                "a path with a NUL",
                #"{"journalSocket": "/a\u0000b"}"#,
                "journalSocket takes a path of at most 107 bytes"
            ),
            Row("twice", #"{"maximumSessions": 3, "maximumSessions": 3}"#, "'maximumSessions' stands there twice"),
            Row(
                "twice, once in escapes",
                #"{"maximumSessions": 3, "m\u0061ximumSessions": 3}"#,
                #"'m\u0061ximumSessions' stands there twice"#
            ),
            Row("twice among many", "{\(nine), \"maximumSessions\": 1}", "'maximumSessions' stands there twice"),
            Row(
                "several",
                #"{"keepState": 1, "x": 0, "maximumSessions": 0}"#,
                "keepState takes true or false",
                "there is no member 'x'",
                sessions
            ),
            Row("not UTF-8", bytes: [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], ["line 1: not UTF-8 at byte 2"]),
            Row(
                "rules that let nobody in, and more",
                "{\"authorization\": {\"stamp\":\n{\"uids\": []}}, \"keepState\": 0}",
                "line 2: authorization: an empty list, which would exclude every peer, at byte 30",
                "keepState takes true or false"
            ),
            Row(
                "no rules",
                #"{"authorization": 5}"#,
                "line 1: authorization: a value of another type than this member has at byte 18"
            ),
            Row(
                "rules twice",
                #"{"authorization": {}, "authorization": {}}"#,
                "'authorization' stands there twice"
            ),
            Row(
                "too deep",
                #"{"maximumSessions": [[[[[[[[[[[[[]]]]]]]]]]]]]}"#,
                "line 1: objects and arrays nested too deep at byte 32"
            ),
        ]
    )
    func refused(_ row: Row) {
        #expect(Self.read(row.text).faults.map(\.message) == row.messages)
    }

    @Test("each number takes both ends of its range and nothing beyond", arguments: Setting.all.map(\.name))
    func ranges(_ name: String) throws {
        let setting = try #require(Setting.named(name))
        switch setting.place {
        case .count(_, let range), .number(_, let range), .choice(_, let range):
            for number in [range.lowerBound, range.upperBound] {
                let reader = Self.read("{\"\(name)\": \(number)}")
                #expect(reader.faults == [] && setting.value(in: reader.configuration) == .number(number))
            }
            for number in [range.lowerBound - 1, range.upperBound + 1] {
                let reader = Self.read("{\"\(name)\": \(number)}")
                #expect(reader.faults == [.invalid(member: name, takes: setting.takes)])
            }
        case .flag:
            for flag in [true, false] {
                #expect(setting.value(in: Self.read("{\"\(name)\": \(flag)}").configuration) == .flag(flag))
            }
        case .path(_, let lengths):
            let text = String(repeating: "x", count: lengths.upperBound)
            #expect(setting.value(in: Self.read("{\"\(name)\": \"\(text)\"}").configuration) == .text(text))
            #expect(Self.read("{\"\(name)\": \"\(text)x\"}").faults == [.invalid(member: name, takes: setting.takes)])
        }
    }

    @Test("the rules of the file are the configuration's")
    func authorization() {
        let rules = #"{"stamp-ci": {"uids": [7], "units": ["ci.service"]}}"#
        let reader = Self.read(#"{"authorization": \#(rules), "keepState": true}"#)
        let rule = AuthorizationRules.Rule(uids: [7], units: ["ci.service"])
        #expect(reader.faults == [])
        #expect(reader.configuration.authorization.sockets == ["stamp-ci": rule])
        #expect(reader.configuration.mayKeepState)
    }

    @Test("the configuration of version 0.1.0, with every member that it had, is taken")
    func former() throws {
        let text = Array(try Data(contentsOf: repository("Tests/Fixtures/0.1.0/stampd.json")))
        let reader = Self.read(text)
        #expect(reader.faults == [])
        #expect(reader.configuration.exitOnIdleSeconds == 3600)
        #expect(Set(reader.configuration.authorization.sockets.keys) == ["stamp", "stamp-ci", "control"])
    }

    @Test("no proper prefix of a configuration is one")
    func prefixes() throws {
        let text = Array(try Data(contentsOf: repository("Tests/Fixtures/0.1.0/stampd.json")))
        let end = try #require(text.lastIndex(of: UInt8(ascii: "}")))
        for length in 0...end { #expect(!Self.read(Array(text[..<length])).faults.isEmpty, "first \(length)") }
    }

    static func read(_ text: String) -> ConfigurationReader { read(Array(text.utf8)) }

    static func read(_ text: [UInt8]) -> ConfigurationReader { ConfigurationReader(text.span) }
}
