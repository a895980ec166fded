// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@Suite("Hostile payloads") struct HostileTests {
    private func contained() throws -> RuleSet { try readSet("\"contained\"") }

    @Test(
        "what is not one strict JSON object with a text for a type is malformed",
        arguments: [
            "", "null", "7", "\"x\"", "[]", "{", "{}{}", "{} x", "\u{FEFF}{}", #"{"type": 7}"#, #"{"type": null}"#,
            #"{"type": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"]}"#, #"{"type": "a", "type": "b"}"#,
            #"{"type": "a", "\u0074ype": "b"}"#, #"{"a": {"b": 1, "b": 2}}"#, #"{"a": 01}"#, #"{"a": +1}"#,
            #"{"a": .5}"#,
            #"{"a": "\ud800"}"#, #"{"a": NaN}"#, #"{"a": 'x'}"#, #"{"a": 1,}"#, "{\"a\": \"\n\"}", #"{"a": "\x"}"#,
            "{\"a\": 1}\u{0}", "{\u{00A0}}",
        ]
    ) func malformed(_ payload: String) throws {
        for set in try [contained(), readSet("\"queries\"")] {
            #expect(Verdict(set.decide(payload)) == Verdict("deny", nil, "payload.malformed"))
        }
    }

    @Test("bytes that are not UTF-8 are malformed") func encodings() throws {
        let text = activity("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2")
        var payloads: [[UInt8]] = [[0xEF, 0xBB, 0xBF] + Array(text.utf8)]
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32] {
            payloads.append(Array(try #require(text.data(using: encoding))))
        }
        for stray: [UInt8] in [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0x80]] {
            payloads.append(Array(#"{"a": ""#.utf8) + stray + Array(#""}"#.utf8))
        }
        for payload in payloads {
            let decision = try contained().decide(bytes: payload)
            #expect(Verdict(decision) == Verdict("deny", nil, "payload.malformed"))
        }
    }

    @Test("nesting beyond the frame's depth is malformed, also where anything may stand", arguments: [33, 10_000])
    func deep(_ depth: Int) throws {
        let set = try readRule(#""effect": "allow", "kind": ["T"], "only": ["x/**"]"#)
        let fitting = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        #expect(set.decide(activity("ACTIVITY_TYPE_T", #"{"x": \#(fitting)}"#)).effect == .allow)
        for (open, close) in [("[", "]"), (#"{"x":"#, "}")] {
            let value = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            let decision = set.decide(activity("ACTIVITY_TYPE_T", #"{"x": \#(value)}"#))
            #expect(Verdict(decision) == Verdict("deny", nil, "payload.malformed"))
        }
    }

    @Test(
        "no alias of a member is let through",
        arguments: [
            (#"{"sign_with": "a"}"#, "/parameters/sign_with"), (#"{"SignWith": "a"}"#, "/parameters/SignWith"),
            (#"{"signwith": "a"}"#, "/parameters/signwith"), (#"{"signWith ": "a"}"#, "/parameters/signWith "),
            (#"{"": 1}"#, "/parameters/"), (#"{"1": "a"}"#, "/parameters/1"),
            (#"{"signWith": {"a": 1}}"#, "/parameters/signWith"), (#"{"signWith": [[1]]}"#, "/parameters/signWith"),
            (#"{"ſignWith": "a"}"#, "/parameters/ſignWith"), (#"{"a/b~": null}"#, "/parameters/a~1b~0"),
        ]
    ) func aliases(_ parameters: String, _ at: String) throws {
        let decision = try contained().decide(activity("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2", parameters))
        #expect(Verdict(decision) == Verdict("deny", "sign-raw-payload-v2", "field.extra", at: at))
    }

    @Test(
        "no other spelling of a type is the type",
        arguments: [
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2 ", "activity_type_sign_raw_payload_v2", "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD",
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V02", "SIGN_RAW_PAYLOAD_V2", "2", "",
            "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2\\u0000",
        ]
    ) func types(_ type: String) throws {
        #expect(Verdict(try contained().decide(activity(type))) == Verdict("deny", nil, "rule.none"))
    }

    @Test("a mebibyte of any shape is decided in bounded work", .timeLimit(.minutes(15))) func huge() throws {
        let conditions = (0..<256).map { #"{"at": "/parameters/m\#($0 % 32)/*/x", "between": ["0", "\#($0 + 1)"]}"# }
        let rules = (0..<256).map {
            #"""
            {"id": "r\#($0)", "effect": "\#($0 % 2 == 0 ? "deny" : "allow")", "kind": ["T"],
            \#($0 % 2 == 0 ? "" : #""only": ["a/*/b", "c\#($0)"],"#) "when": [\#(conditions[$0])]}
            """#
        }
        let set = try readSet(#"{"version": 1, "rules": [\#(rules.joined(separator: ", "))]}"#)
        let many = (0..<100_000).map { "\"k\($0)\":1" }.joined(separator: ",")
        let shapes = [
            "{\(many)}", "{\"a\": [\(String(repeating: "{\"b\":1},", count: 110_000))1]}",
            "{\"m0\": [\(String(repeating: "{\"x\":0},", count: 110_000))1]}",
            "{\"a\": [\(String(repeating: "0,", count: 500_000))0]}",
            "{\"m1\": \"\(String(repeating: "\\u0041", count: 170_000))\"}",
            "{\"a\": \(String(repeating: "9", count: 1_000_000))}",
        ]
        for shape in shapes {
            let decision = set.decide(activity("ACTIVITY_TYPE_T", shape))
            #expect(Verdict(decision) == Verdict("deny", "r0", "rule.deny"))
            #expect(try contained().decide(activity("ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2", shape)).reason == .fieldExtra)
            #expect(try contained().decide(shape).reason == .fieldExtra)
        }
    }

    @Test("whatever bytes come, there is a decision and an explanation of it") func noise() throws {
        let seed = UInt64.random(in: 0...(.max))
        var generator = Noise(state: seed)
        let sets = try [
            contained(), readSet(try jsonText(try #require((fixture("rules")["ruleSets"] as? [String: Any])?["desk"]))),
        ]
        let rows = try #require(try fixture("rules")["decisions"] as? [[String: Any]])
        let payloads = rows.compactMap { $0["payload"] as? String }.map { Array($0.utf8) }
        for _ in 0..<5_000 {
            var payload = payloads[Int.random(in: payloads.indices, using: &generator)]
            for _ in 0..<Int.random(in: 0...3, using: &generator) where !payload.isEmpty {
                let offset = Int.random(in: payload.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: payload[offset] = UInt8.random(in: 0...255, using: &generator)
                case 1: payload.removeSubrange(offset..<min(payload.count, offset + 9))
                default: payload.insert(contentsOf: payload[offset..<min(payload.count, offset + 9)], at: offset)
                }
            }
            for set in sets {
                var workspace = Workspace()
                let decision = set.decide(bytes: payload)
                let explanation = set.explain(
                    payload.span,
                    for: .sample(),
                    at: .sample(),
                    with: Counters(),
                    using: &workspace
                )
                #expect(Verdict(explanation.decision) == Verdict(decision), "seed \(seed)")
                #expect((decision.effect == .deny) == (decision.reason != nil), "seed \(seed)")
            }
        }
    }

    private struct Noise: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }
}
