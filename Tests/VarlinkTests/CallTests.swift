// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Varlink

@Suite("A call") struct CallTests {
    private static let stamp =
        #"{"method":"io.stampd.Stamper.Stamp","parameters":{"payload":"{\"a\":\"\u00e9\"}","session":"s"},"oneway":true}"#
    private let everywhere = Interface.allCases

    @Test("its members may stand in any order, and each may be absent but the method") func order() throws {
        let members = [
            #""method":"io.stampd.Stamper.Stamp""#, #""parameters":{"payload":"p"}"#, #""oneway":true"#,
            #""more":false"#,
            #""upgrade":false"#,
        ]
        for rotation in members.indices {
            let text = "{" + (members[rotation...] + members[..<rotation]).joined(separator: ",") + "}"
            let call = try Call(text.utf8.span)
            #expect(call.isOneway && !call.wantsMore)
            #expect(try call.method(among: everywhere, in: text.utf8.span) == .stamper(.stamp))
            #expect(try call.parameters(in: text.utf8.span).text(.payload, maximumByteCount: 9) == "p")
        }
        let bare = #"{"method":"io.stampd.Stamper.ListSessions"}"#
        let call = try Call(bare.utf8.span)
        #expect(!call.isOneway && !call.wantsMore)
        #expect(try call.method(among: everywhere, in: bare.utf8.span) == .stamper(.listSessions))
    }

    @Test(
        "what is not a call is refused for its own reason",
        arguments: [
            ("", .json(JSONError(reason: .truncated, offset: 0))),
            ("[]", .json(JSONError(reason: .wrongType, offset: 0))),
            ("null", .json(JSONError(reason: .wrongType, offset: 0))), ("{}", .missingMethod),
            (#"{"parameters":{}}"#, .missingMethod), (#"{"method":null}"#, .methodIsNotString),
            (#"{"method":1}"#, .methodIsNotString), (#"{"method":["a"]}"#, .methodIsNotString),
            (#"{"method":"a","parameters":[]}"#, .parametersAreNotObject),
            (#"{"method":"a","parameters":"{}"}"#, .parametersAreNotObject),
            (#"{"method":"a","more":"null"}"#, .flagIsNotBool), (#"{"method":"a","oneway":1}"#, .flagIsNotBool),
            (#"{"method":"a","more":[null]}"#, .flagIsNotBool), (#"{"method":"a","oneway":{}}"#, .flagIsNotBool),
            (#"{"method":null,"more":null}"#, .methodIsNotString),
            (#"{"method":"a","more":null,"more":null}"#, .json(JSONError(reason: .duplicateName, offset: 27))),
            (#"{"method":"a","upgrade":"true"}"#, .flagIsNotBool), (#"{"method":"a","Method":"a"}"#, .unknownMember),
            (#"{"method":"a","id":1}"#, .unknownMember), (#"{"method":"a","more":true,"oneway":true}"#, .onewayAndMore),
            (#"{"method":"a","method":"a"}"#, .json(JSONError(reason: .duplicateName, offset: 15))),
            (#"{"method":"a","parameters":{"b":0,"\u0062":0}}"#, .json(JSONError(reason: .duplicateName, offset: 35))),
            (#"{"method":"a"} x"#, .json(JSONError(reason: .trailingBytes, offset: 15))),
            (#"{"method":"a","x":"\ud800"}"#, .json(JSONError(reason: .loneSurrogate, offset: 19))),
        ] as [(String, CallError)]
    ) func notACall(_ text: String, _ expected: CallError) {
        #expect(throws: expected) { try Call(text.utf8.span) }
    }

    @Test("a flag that is null is absent, as parameters are", arguments: ["oneway", "more", "upgrade", "parameters"])
    func nullMember(_ name: String) throws {
        for text in [
            #"{"method":"io.stampd.Stamper.GetStatus","\#(name)":null}"#,
            #"{"\#(name)" : null,"method":"io.stampd.Stamper.GetStatus"}"#,
        ] {
            let call = try Call(text.utf8.span)
            #expect(!call.isOneway && !call.wantsMore)
            #expect(try call.method(among: everywhere, in: text.utf8.span) == .stamper(.getStatus))
        }
        let monitor = #"{"method":"io.stampd.Stamper.Monitor","\#(name)":null}"#
        let call = try Call(monitor.utf8.span)
        #expect(throws: ErrorReply.expectedMore) { try call.method(among: everywhere, in: monitor.utf8.span) }
        let both = #"{"method":"io.stampd.Stamper.Monitor","more":true,"oneway":null}"#
        #expect(try Call(both.utf8.span).wantsMore)
    }

    @Test("no proper prefix of a call is a call") func prefixes() {
        let bytes = Array(Self.stamp.utf8)
        #expect(throws: Never.self) { try Call(bytes.span) }
        for length in bytes.indices {
            let prefix = Array(bytes[..<length])
            #expect(throws: CallError.json(JSONError(reason: .truncated, offset: length)), "\(length) bytes") {
                try Call(prefix.span)
            }
        }
    }

    @Test("a call with any one byte changed is a call that Foundation reads too, or is refused; nothing traps")
    func changedBytes() throws {
        let bytes = Array(Self.stamp.utf8)
        for index in bytes.indices {
            for byte in 0...UInt8.max where byte != bytes[index] {
                var changed = bytes
                changed[index] = byte
                guard (try? Call(changed.span)) != nil else { continue }
                readParameters(changed)
                #expect(throws: Never.self, "byte \(index) is \(byte)") {
                    try JSONSerialization.jsonObject(with: Data(changed))
                }
            }
        }
    }

    private func readParameters(_ bytes: [UInt8]) {
        guard let call = try? Call(bytes.span) else { return }
        guard (try? call.method(among: everywhere, in: bytes.span)) != nil else { return }
        var payload: [UInt8] = []
        try? call.parameters(in: bytes.span).string(.payload, into: &payload)
        #expect(payload.count <= bytes.count)
    }

    @Test("every method of an interface is found by its name, escaped or not") func finds() throws {
        let methods =
            ServiceMethod.allCases.map { ("org.varlink.service." + $0.rawValue, Method.service($0)) }
            + StamperMethod.allCases.map { ($0.fullName, .stamper($0)) }
            + ControlMethod.allCases.map { ($0.fullName, .control($0)) }
            + DeliveryMethod.allCases.map { ($0.fullName, .delivery($0)) }
        for (name, method) in methods {
            for spelling in [name, name.replacing(".", with: #"\u002e"#)] {
                let text = #"{"method":"\#(spelling)","more":true}"#
                #expect(try Call(text.utf8.span).method(among: everywhere, in: text.utf8.span) == method)
            }
        }
    }

    @Test(
        "a method that is not served is answered by its interface or by its name",
        arguments: [
            ("io.stampd.Control.Lock", .interfaceNotFound(interface: "io.stampd.Control")),
            ("io.stampd.stamper.Stamp", .interfaceNotFound(interface: "io.stampd.stamper")),
            ("io.stampd.Stamper", .interfaceNotFound(interface: "io.stampd")),
            ("Stamp", .interfaceNotFound(interface: "Stamp")), ("", .interfaceNotFound(interface: "")),
            (".Stamp", .interfaceNotFound(interface: "")),
            ("io.stampd.Stamper.", .methodNotFound(method: "io.stampd.Stamper.")),
            ("io.stampd.Stamper.stamp", .methodNotFound(method: "io.stampd.Stamper.stamp")),
            ("io.stampd.Stamper.Stamp ", .methodNotFound(method: "io.stampd.Stamper.Stamp ")),
            ("io.stampd.Stamper.\\u0000\\n漢", .methodNotFound(method: "io.stampd.Stamper.?????")),
            ("org.varlink.service.Get", .methodNotFound(method: "org.varlink.service.Get")),
            (
                "x." + String(repeating: "y", count: 500) + ".M",
                .interfaceNotFound(interface: "x." + String(repeating: "y", count: 62))
            ),
        ] as [(String, ErrorReply)]
    ) func notFound(_ name: String, _ expected: ErrorReply) throws {
        let text = #"{"method":"\#(name)"}"#
        let call = try Call(text.utf8.span)
        #expect(throws: expected) { try call.method(among: [.service, .stamper], in: text.utf8.span) }
    }

    @Test("an upgrade is refused by name, and Monitor without more is ExpectedMore") func flags() throws {
        for (text, expected) in [
            (
                #"{"method":"io.stampd.Stamper.GetStatus","upgrade":true}"#,
                ErrorReply.invalidParameter(parameter: "upgrade")
            ),
            (#"{"method":"io.stampd.Stamper.Monitor"}"#, .expectedMore),
            (#"{"method":"io.stampd.Stamper.Monitor","oneway":true}"#, .expectedMore),
        ] {
            let call = try Call(text.utf8.span)
            #expect(throws: expected) { try call.method(among: everywhere, in: text.utf8.span) }
        }
    }
}
