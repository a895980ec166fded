// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("JSON grammar") struct JSONGrammarTests {
    @Test(
        "a text by the grammar is read, and its kind is told",
        arguments: [
            ("{}", .object), ("[]", .array), ("\"\"", .string), ("0", .integer), ("-0", .integer), ("0.5", .fraction),
            ("1e5", .fraction), ("true", .bool), ("false", .bool), ("null", .null),
            (" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n", .object), ("[[],{},\"\",0,null]", .array),
            ("{\"\":0}", .object),
        ] as [(String, JSONToken.Kind)]
    ) func accepts(_ text: String, _ kind: JSONToken.Kind) throws {
        #expect(try readWhole(text).kind == kind)
    }

    @Test(
        "a text against the grammar is refused for its own reason",
        arguments: [
            ("", .truncated), ("   ", .truncated), ("{", .truncated), ("[", .truncated), ("[1", .truncated),
            ("[1,", .truncated), ("{\"a\"", .truncated), ("{\"a\":", .truncated), ("{\"a\":1", .truncated),
            ("{\"a\":1,", .truncated), ("tru", .truncated), ("-", .truncated), ("\"a", .truncated),
            ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1 2]", .unexpectedByte), ("[1}", .unexpectedByte),
            ("{\"a\":1,}", .unexpectedByte), ("{\"a\" 1}", .unexpectedByte), ("{\"a\":1 \"b\":2}", .unexpectedByte),
            ("{\"a\":1]", .unexpectedByte), ("{a:1}", .wrongType), ("{1:1}", .wrongType), ("{'a':1}", .wrongType),
            ("{,}", .wrongType), ("{\"a\":}", .unexpectedByte), ("True", .unexpectedByte), ("trux", .unexpectedByte),
            ("nul0", .unexpectedByte), ("NaN", .unexpectedByte), ("Infinity", .unexpectedByte),
            ("/**/1", .unexpectedByte), ("[1]//", .trailingBytes), ("]", .unexpectedByte), ("}", .unexpectedByte),
            (":", .unexpectedByte), ("\u{0B}1", .unexpectedByte), ("\u{0C}1", .unexpectedByte),
            ("\u{A0}1", .unexpectedByte), ("\u{FEFF}{}", .unexpectedByte), ("\0", .unexpectedByte),
            ("{}{}", .trailingBytes), ("1 2", .trailingBytes), ("truee", .trailingBytes), ("\"\"\"", .trailingBytes),
            ("{}\0", .trailingBytes), ("{}\u{FEFF}", .trailingBytes),
        ] as [(String, JSONError.Reason)]
    ) func refuses(_ text: String, _ reason: JSONError.Reason) {
        #expect(reasonToRefuse(text) == reason)
    }

    @Test("an error tells the offset of the byte that is wrong") func offset() {
        #expect(throws: JSONError(reason: .unexpectedByte, offset: 6)) { try readWhole(#"{"a": x}"#) }
        #expect(throws: JSONError(reason: .trailingBytes, offset: 3)) { try readWhole("{} {") }
        #expect(throws: JSONError(reason: .invalidEscape, offset: 2)) { try readWhole(#""a\x""#) }
        #expect(throws: JSONError(reason: .truncated, offset: 2)) { try readWhole("[1") }
    }

    @Test("a message repeats nothing of the text") func message() {
        #expect(
            JSONError(reason: .controlCharacter, offset: 7).message
                == "a control character that is not escaped at byte 7"
        )
    }

    @Test(
        "a number that the grammar does not allow is refused",
        arguments: ["01", "-01", "00", "1.", ".5", "1.e1", "1e", "1e+", "1E-", "-x", "--1", "+1", "0x10", "1_0", "-.1"]
    ) func refusesNumber(_ text: String) {
        #expect(reasonToRefuse(text) != nil)
        #expect(reasonToRefuse("[\(text)]") != nil)
    }

    @Test(
        "a number by the grammar is read to its end",
        arguments: [
            "1.5", "-1.5", "0.0", "1e1", "1E1", "1e+1", "1e-1", "1.5e300", "-0.0e-0", "10",
            "123456789012345678901234567890",
        ]
    ) func readsNumber(_ text: String) throws {
        #expect(try readWhole(text).end == text.utf8.count)
        #expect(try readWhole("[\(text)]").kind == .array)
    }

    @Test(
        "an integer that fits Int64 is read",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-1", -1), ("1234567890", 1_234_567_890),
            ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ] as [(String, Int64)]
    ) func readsInt(_ text: String, _ value: Int64) throws {
        #expect(try JSONReader(text.utf8.span).int(try readWhole(text)) == value)
    }

    @Test(
        "a number that is no Int64 is refused where an integer is asked for",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "92233720368547758070", "18446744073709551616", "1.0", "1e2",
            "1E0", "-0.0", String(repeating: "9", count: 4000),
        ]
    ) func refusesInt(_ text: String) {
        #expect(throws: JSONError(reason: .notInt64, offset: 0)) {
            try JSONReader(text.utf8.span).int(try readWhole(text))
        }
    }

    @Test("a value of another type is refused", arguments: ["\"1\"", "true", "null", "[]", "{}"])
    func wrongType(_ text: String) throws {
        let token = try readWhole(text)
        let wrong = JSONError(reason: .wrongType, offset: token.start)
        #expect(throws: wrong) { try JSONReader(text.utf8.span).int(token) }
        if token.kind != .bool { #expect(throws: wrong) { try JSONReader(text.utf8.span).bool(token) } }
        if token.kind != .string {
            #expect(throws: wrong) { try JSONReader(text.utf8.span).text(token, maximumByteCount: 9) }
        }
    }
}
