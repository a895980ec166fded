// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("calls that are refused", .serialized, .timeLimit(.minutes(15)))
struct RefusalTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let call: String
        let verdict: String

        init(_ name: String, _ call: String, _ verdict: String) {
            testDescription = name
            self.call = call
            self.verdict = verdict
        }
    }

    private static func inject(_ seconds: String) -> String {
        #"{"method":"io.stampd.Control.InjectCredentialBundle","#
            + #""parameters":{"bundle":"\#(payloadMarker)","expirationSeconds":\#(seconds)}}"#
    }

    private static func call(_ method: String, _ parameters: String, _ flags: String = "") -> String {
        #"{"method":"io.stampd.\#(method)","parameters":{\#(parameters)}\#(flags)}"#
    }

    private static let expiration = "InvalidParameter parameter=expirationSeconds"
    private static let key = "02" + String(repeating: "ab", count: 32)

    static let refused = [
        Row("2^63 seconds", inject("9223372036854775808"), expiration),
        Row("-2^63-1 seconds", inject("-9223372036854775809"), expiration),
        Row("2^63-1 seconds", inject("9223372036854775807"), expiration),
        Row("-2^63 seconds", inject("-9223372036854775808"), expiration),
        Row("a thousand digits", inject(String(repeating: "9", count: 1000)), expiration),
        Row("1e3 seconds", inject("1e3"), expiration),
        Row("1.0 seconds", inject("1.0"), expiration),
        Row("-1 seconds", inject("-1"), expiration),
        Row("0 seconds", inject("0"), expiration),
        Row("-0 seconds", inject("-0"), expiration),
        Row("seconds in a string", inject(#""900""#), expiration),
        Row("seconds in an array", inject("[900]"), expiration),
        Row("seconds true", inject("true"), expiration),
        Row("a second over the maximum", inject("86401"), expiration),
        Row("0 seconds of embedded key", call("Control.InitEmbeddedKey", #""expirationSeconds":0"#), expiration),
        Row("a fraction of embedded key", call("Control.InitEmbeddedKey", #""expirationSeconds":1.5"#), expiration),
        Row("payload null", call("Stamper.Stamp", #""payload":null"#), "InvalidParameter parameter=payload"),
        Row("payload absent", call("Stamper.Stamp", ""), "InvalidParameter parameter=payload"),
        Row("payload a number", call("Stamper.Stamp", #""payload":1"#), "InvalidParameter parameter=payload"),
        Row("payload an object", call("Stamper.Stamp", #""payload":{}"#), "InvalidParameter parameter=payload"),
        Row("unknown parameter", call("Stamper.Stamp", #""paylaod":"x""#), "InvalidParameter parameter=paylaod"),
        Row("unknown parameter null", call("Stamper.GetStatus", #""x":null"#), "InvalidParameter parameter=x"),
        Row(
            "unknown parameter without a printable name",
            call("Stamper.GetStatus", #""\u0000\u001b[31mé":1"#),
            "InvalidParameter parameter=??[31m??"
        ),
        Row("session empty", call("Stamper.GetSession", #""session":"""#), "InvalidParameter parameter=session"),
        Row("session upper case", call("Stamper.GetSession", #""session":"A""#), "InvalidParameter parameter=session"),
        Row("session slash", call("Stamper.GetSession", #""session":"a/b""#), "InvalidParameter parameter=session"),
        Row("session NUL", call("Stamper.GetSession", #""session":"a\u0000""#), "InvalidParameter parameter=session"),
        Row(
            "session of 65",
            call("Stamper.GetSession", #""session":"\#(String(repeating: "a", count: 65))""#),
            "InvalidParameter parameter=session"
        ),
        Row(
            "session of 64",
            call("Stamper.GetSession", #""session":"\#(String(repeating: "a", count: 64))""#),
            "NoSession fallback=passkey session=\(String(repeating: "a", count: 64))"
        ),
        Row(
            "key in upper case",
            call("Stamper.ReportRejected", #""publicKey":"\#(key.uppercased())""#),
            "InvalidParameter parameter=publicKey"
        ),
        Row("key absent", call("Stamper.ReportRejected", ""), "InvalidParameter parameter=publicKey"),
        Row("an unknown key is no error", call("Stamper.ReportRejected", #""publicKey":"\#(key)""#), "ok"),
        Row(
            "key never made",
            call("Control.ActivateSession", #""publicKey":"\#(key)""#),
            "UnknownSessionKey publicKey=\(key)"
        ),
        Row(
            "claim with a line break",
            call("Control.ActivateSession", #""publicKey":"\#(key)","organizationId":"a\nb""#),
            "InvalidParameter parameter=organizationId"
        ),
        Row(
            "claim of 129",
            call(
                "Control.ActivateSession",
                #""publicKey":"\#(key)","userId":"\#(String(repeating: "u", count: 129))""#
            ),
            "InvalidParameter parameter=userId"
        ),
        Row("no such method", call("Stamper.Stump", ""), "MethodNotFound method=io.stampd.Stamper.Stump"),
        Row("method of another case", call("Stamper.stamp", ""), "MethodNotFound method=io.stampd.Stamper.stamp"),
        Row("no such interface", call("Stumper.Stamp", ""), "InterfaceNotFound interface=io.stampd.Stumper"),
        Row("no interface", #"{"method":"Stamp"}"#, "InterfaceNotFound interface=Stamp"),
        Row("no name", #"{"method":""}"#, "InterfaceNotFound interface="),
        Row("Monitor without more", call("Stamper.Monitor", ""), "ExpectedMore"),
        Row("upgrade", call("Stamper.GetStatus", "", #","upgrade":true"#), "InvalidParameter parameter=upgrade"),
        Row(
            "description of an unknown interface",
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"x.y"}}"#,
            "InterfaceNotFound interface=x.y"
        ),
        Row("no key", call("Stamper.GetEmbeddedPublicKey", ""), "NoEmbeddedKey fallback=passkey"),
        Row("no key to inject with", inject("900"), "NoEmbeddedKey fallback=passkey"),
        Row("no session", call("Stamper.Stamp", #""payload":"""#), "NoSession fallback=passkey session=default"),
        Row("no session to end", call("Control.EndSession", ""), "NoSession fallback=passkey session=default"),
        Row(
            "options that are null",
            call("Stamper.GetSession", #""session":null"#),
            "NoSession fallback=passkey session=default"
        ),
        Row("nested 32 deep", nested(32), "InvalidParameter parameter=deep"),
        Row("white space around", " \t\r\n" + call("Stamper.GetStatus", "") + "\n", "ok"),
        Row("escaped names", #"{"\u006dethod":"io.stampd\u002eStamper.GetStatus"}"#, "ok"),
        Row("parameters null", #"{"method":"io.stampd.Stamper.GetStatus","parameters":null}"#, "ok"),
        Row("more for one reply", call("Stamper.GetStatus", "", #","more":true"#), "ok"),
    ]

    static func nested(_ depth: Int) -> String {
        let arrays = depth - 2
        return #"{"method":"io.stampd.Stamper.GetStatus","parameters":{"deep":"#
            + String(repeating: "[", count: arrays) + String(repeating: "]", count: arrays) + "}}"
    }

    @Test("each is answered by its own error with its exact parameters, and the connection goes on")
    func refusals() async throws {
        try await withFrame { frame in
            let client = try frame.controlClient()
            for row in Self.refused {
                try client.write(row.call + "\0")
                let reply = try client.readReply()
                #expect(reply.summary == row.verdict, "\(row.testDescription)")
                #expect(!reply.continues)
            }
        }
    }

    @Test("the nesting that is allowed can be set")
    func nesting() async throws {
        try await withFrame(["--maximum-nesting", "4"]) { frame in
            let client = try frame.controlClient()
            try client.write(Self.nested(4) + "\0" + Self.nested(5) + "\0")
            #expect(try client.readToEnd().map(\.summary) == ["InvalidParameter parameter=deep"])
        }
    }

    private static let notCallTexts: [(name: String, text: String)] = [
        ("nothing", ""), ("half of an object", #"{"method":"#), ("no method", "{}"), ("an array", "[]"),
        ("a string", #""\#(payloadMarker)""#), ("trailing bytes", "{} {}"), ("single quotes", "{'method':'x'}"),
        ("method a number", #"{"method":1}"#), ("method null", #"{"method":null}"#),
        ("parameters an array", #"{"method":"a.b","parameters":[]}"#),
        ("a member that a call has not", #"{"method":"a.b","\#(payloadMarker)":1}"#),
        ("duplicate method", #"{"method":"a.b","method":"a.b"}"#),
        ("duplicate payload", #"{"method":"io.stampd.Stamper.Stamp","parameters":{"payload":"a","payload":"b"}}"#),
        ("duplicate by escape", #"{"method":"a.b","parameters":{"a":1,"\u0061":1}}"#),
        ("duplicate deep down", #"{"method":"a.b","parameters":{"x":[{"a":1,"a":1}]}}"#),
        ("a lone high surrogate", #"{"method":"a.b","parameters":{"payload":"\#(payloadMarker)\ud83d"}}"#),
        ("a lone low surrogate", #"{"method":"a.b","parameters":{"payload":"\udc00"}}"#),
        ("a reversed pair", #"{"method":"a.b","parameters":{"payload":"\udc00\ud83d"}}"#),
        ("an unknown escape", #"{"method":"a.b\x"}"#), ("a raw line break", "{\"method\":\"a\nb\"}"),
        ("a leading zero", #"{"method":"a.b","parameters":{"x":01}}"#), ("a comment", #"{/**/"method":"a.b"}"#),
        ("a trailing comma", #"{"method":"a.b",}"#), ("NaN", #"{"method":"a.b","parameters":{"x":NaN}}"#),
        ("nested 33 deep", nested(33)), ("oneway a number", #"{"method":"a.b","oneway":1}"#),
        ("oneway and more", #"{"method":"io.stampd.Stamper.Monitor","oneway":true,"more":true}"#),
    ]

    private static let notCallBytes: [(name: String, bytes: [UInt8])] = [
        ("a byte order mark", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]),
        ("a stray continuation byte", inMethod([0x80])),
        ("an overlong slash", inMethod([0xC0, 0xAF])),
        ("a surrogate in UTF-8", inMethod([0xED, 0xA0, 0x80])),
        ("above U+10FFFF", inMethod([0xF4, 0x90, 0x80, 0x80])),
        ("a sequence cut short", inMethod([0xF0, 0x9F])),
        ("UTF-16", [0x7B, 0xFE, 0x7D, 0xFE]),
    ]

    private static func inMethod(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"method":""#.utf8) + bytes + Array(#""}"#.utf8)
    }

    @Test(
        "what is not a call: earlier calls are answered, then the connection ends, and a line says so without its bytes"
    )
    func notCalls() async throws {
        try await withFrame { frame in
            let earlier = makeCall("org.varlink.service.GetInfo")
            for (name, bytes) in Self.notCallTexts.map({ ($0.name, Array($0.text.utf8)) }) + Self.notCallBytes {
                let client = try frame.stampClient()
                try client.write(earlier + bytes + [0] + earlier)
                #expect(try client.readToEnd().map(\.summary) == ["ok"], "\(name)")
            }
            try frame.waitForLog("refused: a call of uid \(getuid()), pid \(getpid()): ")
        }
    }

    @Test("a malformed stretch of random bytes never gets more than errors, and the frame lives")
    func randomBytes() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let seed = UInt64.random(in: 0 ... .max)
            var state = seed
            func next() -> UInt64 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state >> 33
            }
            for _ in 0..<150 {
                var bytes = makeStamp(payload("flipped"))
                for _ in 0...next() % 4 { bytes[Int(next()) % bytes.count] = UInt8(next() & 0xFF) }
                let client = try frame.stampClient()
                try client.write(bytes)
                client.finishWriting()
                #expect(try client.readToEnd().count <= 3, "seed \(seed)")
            }
            try frame.expectStamps("seed \(seed)", with: credential)
        }
    }
}
