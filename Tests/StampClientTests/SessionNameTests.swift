// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import StampClient
import Testing

@Suite("A session's name", .timeLimit(.minutes(15)))
struct SessionNameTests {
    private static let wrong = [
        "", "A", "a b", " a", "a\n", "a/b", "a\u{0}", "é", "０", "a:b", String(repeating: "a", count: 65),
    ]

    @Test(
        "is 1 to 64 of a-z 0-9 . _ -",
        arguments: ["a", "0", ".", "_", "-", "default", "a.b_c-9", String(repeating: "z", count: 64)]
    )
    func accepted(_ text: String) throws {
        let name = try SessionName(text)
        #expect(name.text == text)
        #expect("\(name)" == text)
    }

    @Test("is no other text", arguments: wrong)
    func refused(_ text: String) {
        let error = #expect(throws: InvalidSessionName.self) { try SessionName(text) }
        #expect(error?.text == text)
        #expect(error?.message == "not a session's name: \(text)")
        #expect(error?.hint == "a name is 1 to 64 of a-z 0-9 . _ -")
    }

    @Test("is printed without control characters by its error")
    func printed() {
        let error = #expect(throws: InvalidSessionName.self) { try SessionName.init("\u{1B}[2J") }
        #expect(error?.description == #"not a session's name: \u{1B}[2J"#)
    }

    @Test("is one string in JSON, of which only a name is read")
    func json() throws {
        #expect(String(decoding: try JSONEncoder().encode([SessionName.default]), as: UTF8.self) == #"["default"]"#)
        #expect(try JSONDecoder().decode([SessionName].self, from: Data(#"["a.b"]"#.utf8)) == ["a.b"])
        for text in Self.wrong {
            let json = try JSONEncoder().encode([text])
            #expect(throws: DecodingError.self) { try JSONDecoder().decode([SessionName].self, from: json) }
        }
        for json in ["[1]", "[null]", #"[{"text":"a"}]"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode([SessionName].self, from: Data(json.utf8)) }
        }
    }

    @Test("is sorted by its bytes")
    func sorted() {
        let names: [SessionName] = ["b", "a", "_", "a-", "9", "."]
        #expect(names.sorted() == [".", "9", "_", "a", "a-", "b"])
    }

    @Test(
        "that a frame has wrong makes its answer one that the interface does not promise",
        arguments: [
            #"{"parameters":{"session":{"name":"A","publicKey":"\#(ExpectedKeyTests.key)","origin":"bundle","expiresInMilliseconds":9}}}"#,
            #"{"error":"io.stampd.Stamper.NoSession","parameters":{"session":"","fallback":"passkey"}}"#,
        ]
    )
    func answered(_ reply: String) async {
        let frame = FakeFrame { peer in while peer.readCall() != nil { peer.send(reply) } }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        await #expect { try await client.getSession() } throws: { error in
            if case .protocolViolation? = error as? StampError { true } else { false }
        }
    }
}
