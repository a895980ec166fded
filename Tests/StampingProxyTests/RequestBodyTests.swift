// SPDX-License-Identifier: Apache-2.0
import StampingProxy
import Testing

@Suite("The body of a proxied request")
struct RequestBodyTests {
    @Test(
        "the outermost type is read, and the text stays as it is",
        arguments: [
            (#"{}"#, nil), (#" {"a":{"type":"x"}} "#, nil), (#"{"type":"ACTIVITY_TYPE_A"}"#, "ACTIVITY_TYPE_A"),
            (#"{"b":[1],"\u0074ype":"A"}"#, "A"), (#"{"Type":"A"}"#, nil),
        ] as [(String, String?)]
    )
    func read(_ text: String, _ type: String?) throws {
        let body = try RequestBody(Array(text.utf8))
        #expect(body.type == type)
        #expect(body.text == text)
    }

    @Test(
        "a body with two readings, or none, is refused",
        arguments: [
            "", "[]", "null", "\"a\"", "{", "{}x", "{}{}", #"{"a":1,"a":2}"#, #"{"type":"A","\u0074ype":"B"}"#,
            #"{"type":null}"#, #"{"type":["A"]}"#, #"{"a":"\ud800"}"#, "\u{FEFF}{}", #"{"a":01}"#, #"{'a':1}"#,
        ]
    )
    func refused(_ text: String) {
        #expect(throws: (any Error).self) { try RequestBody(Array(text.utf8)) }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notText() {
        #expect(throws: (any Error).self) { try RequestBody(Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8)) }
    }
}
