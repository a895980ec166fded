// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import Testing

@Suite("Client data")
struct ClientDataTests {
    @Test("has the bytes that a browser writes: the recorded client data is written the same") func recorded() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/webauthn.json")
        let vectors = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: file)).vectors
        let recorded = try #require(vectors.first { $0.id == "ok" })
        let body = try #require(Data(base64Encoded: recorded.bodyBase64))
        let written = ClientData(.get, challenge: PasskeyChallenge.bytes(for: body), origin: recorded.origin)
        #expect(Base64URL.encode(written.json) == recorded.clientDataJson)
    }

    private static let challenge = Data("challenge".utf8)

    private static func fault(_ json: String, _ ceremony: ClientData.Ceremony = .get) -> ClientDataFault? {
        do throws(ClientDataFault) {
            let origin = "https://example.com"
            try ClientData.check(Data(json.utf8), ceremony, challenge: challenge, origin: origin)
            return nil
        } catch {
            return error
        }
    }

    /// The members of good client data, and what is written behind them.
    private static func text(_ more: String = "", without left: String = "", _ instead: String = "") -> String {
        let members =
            #""type":"webauthn.get","challenge":"\#(Base64URL.encode(challenge))","origin":"https://example.com""#
        return "{" + (left.isEmpty ? members : members.replacing(left, with: instead)) + more + "}"
    }

    @Test("what is written here is found to be right")
    func written() {
        for ceremony in [ClientData.Ceremony.get, .create] {
            let data = ClientData(ceremony, challenge: Self.challenge, origin: "https://example.com")
            #expect(Self.fault(String(decoding: data.json, as: UTF8.self), ceremony) == nil)
        }
    }

    @Test(
        "client data is right with or without what a browser may add",
        arguments: [
            "", #","crossOrigin":false"#, #","crossOrigin":null"#, #","topOrigin":"https://example.com","x":[1,{}]"#,
        ]
    )
    func right(_ more: String) {
        #expect(Self.fault(Self.text(more)) == nil)
    }

    @Test(
        "client data is refused for what is wrong with it",
        arguments: [
            (text(without: "webauthn.get", "webauthn.create"), .type), (text(without: "webauthn", "Webauthn"), .type),
            (text(without: "challenge\":\"", "challenge\":\"A"), .challenge),
            (text(without: "https://example.com", "https://example.com:444"), .origin),
            (text(without: "https://example.com", "http://example.com"), .origin),
            (text(#","crossOrigin":true"#), .crossOrigin), (text(#","crossOrigin":"false""#), .form),
            (text(#","type":"webauthn.get""#), .form), (text(#","\u0074ype":"webauthn.get""#), .form),
            (text(without: "\"type\"", "\"Type\""), .form), (text() + "{}", .form), ("\u{FEFF}" + text(), .form),
            (text(without: "\"webauthn.get\"", "1"), .form), ("", .form), ("[]", .form), ("{}", .form),
        ] as [(String, ClientDataFault)]
    )
    func wrong(_ text: String, _ expected: ClientDataFault) {
        #expect(Self.fault(text) == expected)
    }

    private struct Recorded: Decodable {
        struct Vector: Decodable {
            let id: String
            let origin: String
            let bodyBase64: String
            let clientDataJson: String
        }

        let vectors: [Vector]
    }
}
