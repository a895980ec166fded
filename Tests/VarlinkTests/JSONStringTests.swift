// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("JSON strings") struct JSONStringTests {
    @Test(
        "an escape stands for exactly its character",
        arguments: [
            (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{08}"), (#"\f"#, "\u{0C}"), (#"\n"#, "\n"),
            (#"\r"#, "\r"), (#"\t"#, "\t"), (#"\u0000"#, "\0"), (#"\u001f"#, "\u{1F}"), (#"\u0041"#, "A"),
            (#"\u00e9"#, "é"), (#"\u00E9"#, "é"), (#"\u6f22"#, "漢"), (#"\uD7FF"#, "\u{D7FF}"), (#"\uE000"#, "\u{E000}"),
            (#"\uFFFF"#, "\u{FFFF}"), (#"\ud800\udc00"#, "\u{10000}"), (#"\uD83D\uDE00"#, "😀"),
            (#"\uDBFF\uDFFF"#, "\u{10FFFF}"), (#"a\u0062c"#, "abc"), (#"\\u0041"#, #"\u0041"#), (#"\\\""#, #"\""#),
        ]
    ) func escape(_ escaped: String, _ plain: String) throws {
        for (before, after) in [("", ""), ("x", ""), ("", "y"), ("12345678", "123456789"), ("é", "漢")] {
            let text = try readString(Array("\"\(before)\(escaped)\(after)\"".utf8))
            #expect(text == Array("\(before)\(plain)\(after)".utf8))
        }
    }

    @Test(
        "another escape is refused",
        arguments: [
            (#"\a"#, .invalidEscape), (#"\'"#, .invalidEscape), (#"\x41"#, .invalidEscape),
            (#"\U0041"#, .invalidEscape),
            (#"\0"#, .invalidEscape), (#"\u004"#, .invalidEscape), (#"\u00g1"#, .invalidEscape),
            (#"\u+041"#, .invalidEscape), (#"\u{41}"#, .invalidEscape), (#"\u 041"#, .invalidEscape),
            (#"\ud800"#, .loneSurrogate), (#"\udbff"#, .loneSurrogate), (#"\udc00"#, .loneSurrogate),
            (#"\udfff"#, .loneSurrogate), (#"\ud800x"#, .loneSurrogate), (#"\ud800\n"#, .loneSurrogate),
            (#"\ud800\u0041"#, .loneSurrogate), (#"\ud800\ud800"#, .loneSurrogate),
            (#"\udc00\ud800"#, .loneSurrogate), (#"\ud800\ue000"#, .loneSurrogate),
            (#"\ud800\udbff"#, .loneSurrogate), (#"\ud800\u00"#, .invalidEscape),
        ] as [(String, JSONError.Reason)]
    ) func refusesEscape(_ escaped: String, _ reason: JSONError.Reason) {
        #expect(reasonToRefuse("\"\(escaped)\"") == reason)
        #expect(reasonToRefuse("{\"\(escaped)\":0}") == reason)
    }

    @Test("every control character must be escaped, DEL need not", arguments: 0..<0x20 as Range<UInt8>)
    func controlCharacter(_ byte: UInt8) {
        for length in [0, 1, 7, 8, 9, 15] {
            let run = [UInt8](repeating: 0x61, count: length)
            #expect(reasonToRefuse([0x22] + run + [byte] + run + [0x22]) == .controlCharacter)
            #expect(reasonToRefuse([0x22] + run + [0x7F] + run + [0x22]) == nil)
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            ("a stray continuation byte", [0x80]), ("another one", [0xBF]), ("C0, always overlong", [0xC0, 0x80]),
            ("an overlong slash", [0xC0, 0xAF]), ("C1, always overlong", [0xC1, 0xBF]),
            ("an overlong form of three", [0xE0, 0x80, 0x80]), ("the longest of them", [0xE0, 0x9F, 0xBF]),
            ("an overlong form of four", [0xF0, 0x80, 0x80, 0x80]), ("the longest of them", [0xF0, 0x8F, 0xBF, 0xBF]),
            ("the first surrogate", [0xED, 0xA0, 0x80]), ("the last surrogate", [0xED, 0xBF, 0xBF]),
            ("a surrogate pair", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]), ("U+110000", [0xF4, 0x90, 0x80, 0x80]),
            ("F5", [0xF5, 0x80, 0x80, 0x80]), ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]),
            ("six bytes", [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]), ("FE", [0xFE]), ("FF", [0xFF]),
            ("two bytes, one lost", [0xC3]), ("three bytes, one lost", [0xE6, 0xBC]),
            ("four bytes, one lost", [0xF0, 0x9F, 0x98]), ("a lead for a continuation", [0xC3, 0xC3]),
            ("a letter for the third byte", [0xE6, 0xBC, 0x41]),
            ("a lead for the fourth byte", [0xF0, 0x9F, 0x98, 0xC0]),
        ] as [(String, [UInt8])]
    ) func refusesUTF8(_ what: String, _ bytes: [UInt8]) {
        for length in 0..<9 {
            let run = [UInt8](repeating: 0x61, count: length)
            #expect(reasonToRefuse([0x22] + run + bytes + run + [0x22]) == .invalidUTF8, "\(what) behind \(length)")
        }
    }

    @Test(
        "the first and last sequence of each UTF-8 class is read",
        arguments: [
            "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFF}", "\u{1000}", "\u{CFFF}", "\u{D000}", "\u{D7FF}",
            "\u{E000}",
            "\u{FEFF}", "\u{FFFF}", "\u{10000}", "\u{3FFFF}", "\u{40000}", "\u{FFFFF}", "\u{100000}", "\u{10FFFF}",
        ]
    ) func readsUTF8(_ text: String) throws {
        #expect(try readString(Array("\"a\(text)b\"".utf8)) == Array("a\(text)b".utf8))
    }

    @Test("a string is appended, and nothing of it when it is too long") func limit() throws {
        for text in [#""abc""#, #""a\u0062c""#] {
            let bytes = Array(text.utf8)
            let token = try readWhole(bytes)
            var buffer: [UInt8] = [9]
            #expect(throws: JSONError(reason: .tooLong, offset: 1)) {
                try JSONReader(bytes.span).append(token, to: &buffer, maximumByteCount: 2)
            }
            #expect(buffer == [9])
            try JSONReader(bytes.span).append(token, to: &buffer, maximumByteCount: 3)
            #expect(buffer == [9, 0x61, 0x62, 0x63])
            #expect(try JSONReader(bytes.span).text(token, maximumByteCount: 3) == "abc")
        }
    }

    @Test("a string that is far too long does not make the buffer grow", arguments: ["a", #"\u0061"#])
    func capacity(_ unit: String) throws {
        let bytes = Array("\"\(String(repeating: unit, count: 100_000))\"".utf8)
        let token = try readWhole(bytes)
        var buffer: [UInt8] = []
        #expect(throws: JSONError(reason: .tooLong, offset: 1)) {
            try JSONReader(bytes.span).append(token, to: &buffer, maximumByteCount: 64)
        }
        #expect(buffer.capacity < 1000)
    }

    @Test("a string equals its text by bytes, escaped or not") func equality() throws {
        for (text, isEqual) in [
            (#""méthod""#, true), (#""m\u00e9thod""#, true), (#""me\u0301thod""#, false), ("0", false),
        ] {
            #expect(JSONReader(text.utf8.span).equals(try readWhole(text), "méthod") == isEqual)
        }
    }
}
