// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@testable import stampd

@Suite("reading the configuration's authorization")
struct AuthorizationReadingTests {
    private static func read(_ text: String) throws(AuthorizationRules.ReadingError) -> AuthorizationRules {
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.span)
        return try AuthorizationRules(reading: &reader)
    }

    @Test("each socket has its lists, and a list that is not there is not asked")
    func all() throws {
        let text = #"""
            {"stamp": {"uids": [0, 1000, 4294967294], "gids": [7]},
             "stamp-ci.1": {"units": ["ci.service", "ci@.service", "user@1000.service/app.service"]},
             "control": {"mayName": {"uids": [998], "units": ["proxy.service"]}}}
            """#
        let expected: [String: AuthorizationRules.Rule] = [
            "stamp": .init(uids: [0, 1000, 4_294_967_294], gids: [7]),
            "stamp-ci.1": .init(units: ["ci.service", "ci@.service", "user@1000.service/app.service"]),
            "control": .init(mayName: .init(uids: [998], units: ["proxy.service"])),
        ]
        #expect(try Self.read(text).sockets == expected)
        #expect(try Self.read("{}") == AuthorizationRules())
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let text: String
        let reason: AuthorizationRules.ReadingError.Reason
        let offset: Int
        var testDescription: String { text }

        init(_ text: String, _ reason: AuthorizationRules.ReadingError.Reason, at offset: Int) {
            (self.text, self.reason, self.offset) = (text, reason, offset)
        }
    }

    static let rows = [
        Row("[]", .json(.wrongType), at: 0),
        Row("null", .json(.wrongType), at: 0),
        Row(#"{"stamp": null}"#, .json(.wrongType), at: 10),
        Row(#"{"stamps": {}}"#, .unknownSocket, at: 2),
        Row(#"{"stamp.sock": {}}"#, .unknownSocket, at: 2),
        Row(#"{"stamp-": {}}"#, .unknownSocket, at: 2),
        Row(#"{"stamp-A": {}}"#, .unknownSocket, at: 2),
        Row(#"{"": {}}"#, .unknownSocket, at: 2),
        Row(#"{"stamp": {}, "stamp": {}}"#, .json(.duplicateName), at: 15),
        Row(#"{"stamp": {"uid": [1]}}"#, .unknownMember, at: 12),
        Row(#"{"stamp": {"users": ["me"]}}"#, .unknownMember, at: 12),
        Row(#"{"stamp": {"uids": 1000}}"#, .json(.wrongType), at: 19),
        Row(#"{"stamp": {"uids": []}}"#, .emptyList, at: 12),
        Row(#"{"stamp": {"gids": []}}"#, .emptyList, at: 12),
        Row(#"{"stamp": {"units": []}}"#, .emptyList, at: 12),
        Row(#"{"stamp": {"uids": [1, 2, 1]}}"#, .doubled, at: 26),
        Row(#"{"stamp": {"units": ["a.service", "a.service"]}}"#, .doubled, at: 35),
        Row(#"{"stamp": {"uids": ["1000"]}}"#, .notAnId, at: 21),
        Row(#"{"stamp": {"uids": ["root"]}}"#, .notAnId, at: 21),
        Row(#"{"stamp": {"uids": [-1]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"uids": [4294967295]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"gids": [4294967296]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"uids": [1e3]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"uids": [true]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"uids": [null]}}"#, .notAnId, at: 20),
        Row(#"{"stamp": {"units": ["app"]}}"#, .notAUnit, at: 22),
        Row(#"{"stamp": {"units": ["*.service"]}}"#, .notAUnit, at: 22),
        Row(#"{"stamp": {"units": ["app.service/x.service"]}}"#, .notAUnit, at: 22),
        Row(#"{"stamp": {"units": [7]}}"#, .notAUnit, at: 21),
        Row(#"{"stamp": {"uids": [1]"#, .json(.truncated), at: 22),
        Row(#"{"stamp": {"mayName": []}}"#, .json(.wrongType), at: 22),
        Row(#"{"stamp": {"mayName": {}}}"#, .emptyNaming, at: 12),
        Row(#"{"stamp": {"mayName": {"gids": [1]}}}"#, .unknownNaming, at: 24),
        Row(#"{"stamp": {"mayName": {"uids": []}}}"#, .emptyList, at: 24),
        Row(#"{"stamp": {"mayName": {"uids": ["proxy"]}}}"#, .notAnId, at: 33),
        Row(#"{"stamp": {"mayName": {"units": ["proxy"]}}}"#, .notAUnit, at: 34),
    ]

    @Test("whatever is not understood, or would let nobody in, is refused, with its place", arguments: rows)
    func refuses(_ row: Row) {
        do throws(AuthorizationRules.ReadingError) {
            let rules = try Self.read(row.text)
            Issue.record("\(rules)")
        } catch {
            #expect(error.reason == row.reason)
            #expect(error.offset == row.offset)
            #expect(error.message.hasSuffix(" at byte \(row.offset)"))
        }
    }

    @Test("a list has 256 entries at most")
    func manyEntries() throws {
        let text = { (count: Int) in
            #"{"stamp": {"uids": ["# + (1...count).map(String.init).joined(separator: ",") + "]}}"
        }
        #expect(try Self.read(text(256)).sockets["stamp"]?.uids?.count == 256)
        #expect(throws: AuthorizationRules.ReadingError.self) { try Self.read(text(257)) }
    }

    @Test("no proper prefix of rules is rules")
    func prefixes() {
        let text = #"{"stamp": {"uids": [1000], "units": ["app.service"]}}"#
        for length in 0..<text.count {
            #expect(throws: AuthorizationRules.ReadingError.self) { try Self.read(String(text.prefix(length))) }
        }
    }
}
