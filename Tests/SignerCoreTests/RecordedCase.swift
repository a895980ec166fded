// SPDX-License-Identifier: Apache-2.0
import Testing

/// A call that was made to the real auth iframe, and what a frame answers to it.
struct RecordedCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Call: Decodable, Sendable {
        let op: String
        let input: Input

        init(op: String, input: Input) {
            self.op = op
            self.input = input
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            op = try members.decode(String.self, forKey: .op)
            input = try members.decodeIfPresent(Input.self, forKey: .input) ?? .none
        }

        private enum CodingKeys: String, CodingKey {
            case op
            case input
        }
    }

    struct Verdict: Decodable, Equatable {
        let verdict: String
        let reason: String?
    }

    let id: String
    let embeddedPrivateKeyHex: String?
    let previousPublicKeyHex: String?
    let injectedPublicKeyHex: String?
    let setup: [Call]
    let op: String
    let input: Input?
    let verdict: String
    let reason: String?
    let reasonAlso: [String]?
    let then: String
    let calls: [Verdict]?
    let expectLifeSeconds: Int64?

    var call: Call { Call(op: op, input: input ?? .none) }

    var testDescription: String { id }

    static let all = Result { try Fixture.read("iframe-errors.json", as: Recording.self).cases }

    private struct Recording: Decodable { let cases: [RecordedCase] }
}

/// What a call carried.
enum Input: Decodable, Sendable {
    case text(String)
    case calls([RecordedCase.Call])
    case expiration(seconds: Int64)
    case none
    /// No string, or no Unicode: the reader of parameters refuses it, a frame never sees it.
    case notText

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .none
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let calls = try? value.decode([RecordedCase.Call].self) {
            self = .calls(calls)
        } else if let expiration = try? value.decode(Expiration.self) {
            self = .expiration(seconds: expiration.expirationSeconds)
        } else if let repetition = try? value.decode(Repetition.self) {
            self = .text(repetition.text)
        } else {
            self = .notText
        }
    }

    private struct Expiration: Decodable { let expirationSeconds: Int64 }

    /// `{"repeat": [text, count]}`
    private struct Repetition: Decodable {
        let text: String

        private enum CodingKeys: String, CodingKey { case `repeat` }

        init(from decoder: any Decoder) throws {
            var pair = try decoder.container(keyedBy: CodingKeys.self).nestedUnkeyedContainer(forKey: .repeat)
            text = String(repeating: try pair.decode(String.self), count: try pair.decode(Int.self))
        }
    }
}
