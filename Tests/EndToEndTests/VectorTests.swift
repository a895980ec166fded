// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What an auth iframe was asked, through the wire, as far as the verdict does not hang on the iframe's own embedded key:
/// this frame made its own, so bundles meant to open are the core's tests.
@Suite("hostile input of the auth iframe", .serialized, .timeLimit(.minutes(15)))
struct VectorTests {
    @Test("each case gets its verdict and its reason, and leaves the session that the case says")
    func cases() async throws {
        let cases = try Case.load().filter(\.isAboutNoOpening)
        #expect(cases.count > 90)
        try await withFrame { frame in
            for one in cases { try check(one, on: frame) }
        }
    }

    private func check(_ one: Case, on frame: FrameProcess) throws {
        var previous: Credential?
        try frame.controlClient().control("ResetEmbeddedKey")
        _ = try frame.initEmbeddedKey()
        for step in one.setup {
            if step == "inject" {
                previous = try frame.startSession()
            } else {
                try frame.controlClient().control("ResetEmbeddedKey")
                previous = nil
            }
        }
        let client = try frame.controlClient()
        try client.write(one.call + [0])
        let reply = try client.read()
        #expect(one.verdicts.contains(Self.verdict(reply)), "\(one.id): \(reply?.summary ?? "the end")")
        if one.op == "stamp", one.isAccepted, let previous, let text = one.input as? String {
            #expect(try reply?.isStamp(of: text, by: previous.publicKey) == true, "\(one.id)")
        }
        let after = try frame.stampClient().stamper("Stamp", ["payload": payload(one.id)])
        if one.then == "previous", let previous {
            #expect(try after.isStamp(of: payload(one.id), by: previous.publicKey), "\(one.id)")
        } else {
            #expect(after.summary == "NoSession fallback=passkey session=default", "\(one.id)")
        }
    }

    /// The vectors' reason of a reply; the connection's end is how the frame answers text that is no Unicode.
    private static func verdict(_ reply: Message?) -> String {
        guard let reply else { return "encoding" }
        switch reply.error?.split(separator: ".").last {
        case nil: return "accept"
        case "InvalidBundle": return reply["reason"] ?? ""
        case "InvalidParameter", "MethodNotFound", "InterfaceNotFound": return "encoding"
        case "TooLarge": return "length"
        case "NoEmbeddedKey", "NoSession": return "state"
        default: return reply.summary
        }
    }

    /// One case of the file; its `rules` say what the members mean.
    struct Case {
        let id: String
        let op: String
        let setup: [String]
        let input: Any
        let isAccepted: Bool
        let verdicts: [String]
        let then: String

        static func load() throws -> [Case] {
            let file = repository("Tests/Fixtures/iframe-errors.json")
            // Halves of surrogate pairs stand in the iframe's recorded answers, which nobody reads here; Foundation refuses them.
            let text = try String(contentsOf: file, encoding: .utf8).replacingOccurrences(
                of: #"(\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f].."#,
                with: "$1",
                options: .regularExpression
            )
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return (value?["cases"] as? [[String: Any]] ?? []).map(Case.init)
        }

        private init(_ value: [String: Any]) {
            id = value["id"] as? String ?? ""
            op = value["op"] as? String ?? ""
            setup = (value["setup"] as? [[String: Any]] ?? []).map { $0["op"] as? String ?? "" }
            input = value["input"] ?? NSNull()
            isAccepted = value["verdict"] as? String == "accept"
            let reasons = [value["reason"] as? String].compactMap(\.self) + (value["reasonAlso"] as? [String] ?? [])
            verdicts = isAccepted ? ["accept"] : reasons
            then = value["then"] as? String ?? ""
        }

        var isAboutNoOpening: Bool {
            guard setup.filter({ $0 == "inject" }).count <= 1, !setup.contains("expireEmbeddedKey") else {
                return false
            }
            return switch op {
            case "stamp", "reset", "init", "publicKey", "unknown": true
            case "inject": !isAccepted && verdicts != ["scalar"]
            default: false
            }
        }

        /// The call as bytes, so that what no writer would write can be said.
        var call: [UInt8] {
            switch op {
            case "stamp": makeText("Stamper.Stamp", "payload")
            case "inject": makeText("Control.InjectCredentialBundle", "bundle")
            case "reset": Array(#"{"method":"io.stampd.Control.ResetEmbeddedKey"}"#.utf8)
            case "init": Array(#"{"method":"io.stampd.Control.InitEmbeddedKey"}"#.utf8)
            case "publicKey": Array(#"{"method":"io.stampd.Stamper.GetEmbeddedPublicKey"}"#.utf8)
            default: Array(#"{"method":"io.stampd.Stamper.Unknown"}"#.utf8)
            }
        }

        private func makeText(_ method: String, _ parameter: String) -> [UInt8] {
            let parameters = inputText.map { #""\#(parameter)":\#($0)"# } ?? ""
            return Array(#"{"method":"io.stampd.\#(method)","parameters":{\#(parameters)}}"#.utf8)
        }

        /// The input as JSON; nil where it is absent.
        private var inputText: String? {
            if let object = input as? [String: Any] {
                if object["absent"] != nil { return nil }
                if let units = object["utf16"] as? [Int] {
                    return "\"" + units.map { String(format: "\\u%04x", $0) }.joined() + "\""
                }
                if let repeated = object["repeat"] as? [Any], let text = repeated.first as? String {
                    return json(String(repeating: text, count: repeated.last as? Int ?? 0))
                }
                if let text = object["characters"] as? String { return json(text.map(String.init)) }
            }
            return json(input)
        }

        private func json(_ value: Any) -> String {
            let data = try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }
}
