// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import StampClient
import Testing

@Suite("A public key", .timeLimit(.minutes(15)))
struct PublicKeyTests {
    private static let tail = String(repeating: "0a", count: 32)
    private static let wrong: [String] = [
        "", "02", "02\(tail.dropLast())", "02\(tail)0", "04\(tail)", "00\(tail)", "02\(tail.uppercased())",
        " 02\(tail.dropLast())", "02\(tail.dropLast())\n", "02\(tail.dropLast())g", "0x\(tail)",
        "02\(tail.dropLast())é", "０2\(tail)", "04\(tail)\(tail)",
    ]

    @Test("is 66 lower-case hex digits that begin with 02 or 03", arguments: ["02", "03"])
    func accepted(_ sign: String) throws {
        let key = try PublicKey(sign + Self.tail)
        #expect(key.text == sign + Self.tail)
        #expect("\(key)" == sign + Self.tail)
    }

    @Test("is no other text", arguments: wrong)
    func refused(_ text: String) {
        let error = #expect(throws: InvalidPublicKey.self) { try PublicKey(text) }
        #expect(error?.message == "not a public key: a text of \(text.utf8.count) bytes")
        #expect(error?.hint == "give it as it was printed: 66 lower-case hex digits that begin with 02 or 03")
    }

    @Test("is not repeated by its error: the text may be a private key")
    func notRepeated() throws {
        let error = #expect(throws: InvalidPublicKey.self) { try PublicKey(Self.tail) }
        #expect(error?.description.contains(Self.tail) == false)
        let json = Data(#"["\#(Self.tail)"]"#.utf8)
        let decoding = #expect(throws: DecodingError.self) { try JSONDecoder().decode([PublicKey].self, from: json) }
        #expect(decoding.map { String(describing: $0).contains(Self.tail) } == false)
    }

    @Test("is one string in JSON, of which only a key is read")
    func json() throws {
        let key = try PublicKey("03" + Self.tail)
        #expect(String(decoding: try JSONEncoder().encode([key]), as: UTF8.self) == #"["\#(key)"]"#)
        #expect(try JSONDecoder().decode([PublicKey].self, from: Data(#"["\#(key)"]"#.utf8)) == [key])
        for text in Self.wrong {
            let json = try JSONEncoder().encode([text])
            #expect(throws: DecodingError.self) { try JSONDecoder().decode([PublicKey].self, from: json) }
        }
        for json in ["[1]", "[null]", #"[{"text":"\#(key)"}]"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode([PublicKey].self, from: Data(json.utf8)) }
        }
    }

    @Test(
        "that a frame has wrong makes its answer one that the interface does not promise",
        arguments: [
            #"{"parameters":{"session":{"name":"a","publicKey":"02","origin":"bundle","expiresInMilliseconds":9}}}"#,
            #"{"error":"io.stampd.Stamper.PublicKeyMismatch","parameters":{"publicKey":"02","fallback":"never"}}"#,
        ]
    )
    func answered(_ reply: String) async {
        let frame = FakeFrame { peer in while peer.readCall() != nil { peer.send(reply) } }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        await #expect { try await client.getSession() } throws: { error in
            if case .protocolViolation? = error as? StampError { true } else { false }
        }
    }

    @Test("of an event is a session's, or else the embedded key as it is sent", arguments: Event.Kind.allCases)
    func event(_ kind: Event.Kind) throws {
        let isOfEmbeddedKey = kind == .embeddedKeyCreated
        let text = isOfEmbeddedKey ? "04" + Self.tail + Self.tail : "02" + Self.tail
        let json = #"{"kind":"\#(kind.rawValue)","publicKey":"\#(text)"}"#
        let event = try JSONDecoder().decode(Event.self, from: Data(json.utf8))
        #expect(event.publicKey?.text == (isOfEmbeddedKey ? nil : text))
        #expect(event.embeddedPublicKey == (isOfEmbeddedKey ? text : nil))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(event), as: UTF8.self) == json)
        let bare = try JSONDecoder().decode(Event.self, from: Data(#"{"kind":"\#(kind.rawValue)"}"#.utf8))
        #expect(bare == Event(kind: kind))
    }
}
