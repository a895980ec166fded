// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import Printing
import StampClient
import Testing
import TurnkeyClient

@Suite("Printable text")
struct PrintableTextTests {
    @Test(
        "what cannot be seen, or is obeyed, is spelled out",
        arguments: [
            ("plain", "plain"), ("Grüße 🔑 عربى עברית 日本", "Grüße 🔑 عربى עברית 日本"), ("", ""),
            ("\u{1B}[2J", #"\u{1B}[2J"#), ("a\r\nb\tc", #"a\u{D}\u{A}b\u{9}c"#),
            ("\u{7F}\u{85}\u{9B}", #"\u{7F}\u{85}\u{9B}"#),
            (
                "\u{61C}\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}",
                #"\u{61C}\u{200E}\u{200F}\u{202A}\u{202E}\u{2066}\u{2069}"#
            ),
            ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
            ("\u{200B}\u{FEFF}\u{E0041}\u{FE00}", #"\u{200B}\u{FEFF}\u{E0041}\u{FE00}"#),
            ("\u{E000}\u{FFFF}\u{0}", #"\u{E000}\u{FFFF}\u{0}"#), (#"\u{1B}"#, #"\u{1B}"#), ("e\u{301}", "e\u{301}"),
        ]
    )
    func escaped(_ text: String, _ expected: String) {
        #expect("\(PrintableText(text))" == expected)
        #expect("\(PrintableText(expected))" == expected)
    }

    @Test("a text is cut at its limit, and says so")
    func cut() {
        #expect("\(PrintableText("abcd", maximumLength: 4))" == "abcd")
        #expect("\(PrintableText("abcde", maximumLength: 4))" == "abcd…")
        #expect("\(PrintableText("\u{1B}\u{1B}\u{1B}", maximumLength: 2))" == #"\u{1B}\u{1B}…"#)
    }

    @Test("a JSON text keeps its value and its lines")
    func json() throws {
        let value = "a\u{1B}\u{202E}\u{E0041}\u{9B}é"
        let text = "{\r\n\t\"name\": \"a\\u001b\u{202E}\u{E0041}\u{9B}é\"\n}"
        let escaped = PrintableText.escapeJSON(text)
        #expect(escaped == "{\n\n\t\"name\": \"a\\u001b\\u202e\\udb40\\udc41\\u009bé\"\n}")
        #expect(try JSONDecoder().decode([String: String].self, from: Data(escaped.utf8)) == ["name": value])
    }

    @Test("an error that is printed is printable, and its message is as it was said")
    func errors() {
        let text = "\u{1B}[2J\nhint: x"
        let errors: [(any Error, String)] = [
            (
                StampError.noFrame(path: text, reason: ""),
                StampError.noFrame(path: text, reason: "").message
            ),
            (
                TurnkeyError.redirected(httpStatus: 301, location: text),
                TurnkeyError.redirected(httpStatus: 301, location: text).message
            ),
            (LoginPageError.invalidSiteURL(text), LoginPageError.invalidSiteURL(text).message),
        ]
        for (error, message) in errors {
            #expect(message.contains(text))
            #expect("\(error)".contains(#"\u{1B}[2J\u{A}hint: x"#))
        }
    }
}
