// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("JSON values") struct JSONValueTests {
    private static func read(_ text: String) throws -> JSONValue {
        try JSONParser.read(Data(text.utf8))
    }

    @Test(
        "are what was written",
        arguments: [
            ("null", .null), ("true", true), ("0", 0), ("-1", -1), ("1.5", .number(1.5)),
            ("1.0", 1), ("-0", 0), ("1e2", 100), ("5E-1", .number(0.5)), (" [ 1 , 2 ]\r\n\t", [1, 2]),
            (#""\b\f\n\r\t\"\\""#, "\u{8}\u{c}\n\r\t\"\\"), ("[[],[[{}]]]", [[], [[[:]]]]),
            ("9007199254740993", 9_007_199_254_740_993), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            (#""\u0041\/\ud83d\ude00\n\u0000é""#, "A/😀\n\0é"), ("[1,[],{}]", [1, [], [:]]),
            (#"{"a":[false,null],"b":{"a":"c"}}"#, ["a": [false, .null], "b": ["a": "c"]]),
        ] as [(String, JSONValue)]
    )
    func reading(text: String, value: JSONValue) throws {
        #expect(try Self.read(text) == value)
        #expect(try Self.read(String(decoding: try JSONEncoder().encode(value), as: UTF8.self)) == value)
    }

    @Test("an object is written by its names' order, and a slash is a slash") func writing() throws {
        let object: JSONObject = ["b": "é/\u{1}\"", "a": ["d": .integer(.max), "c": .null]]
        #expect(object.text == #"{"a":{"c":null,"d":9223372036854775807},"b":"é/\u0001\""}"#)
        #expect(object.withoutNulls == ["b": "é/\u{1}\"", "a": ["d": .integer(.max)]])
    }

    @Test(
        "are refused where they are no JSON text to the letter, or say something twice",
        arguments: [
            "", " ", "{", "[", "[1,]", "{\"a\":1,}", "[,1]", "[1 2]", "{,}", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}",
            "[1}",
            "{\"a\":1]", "]", "1 2", "{}{}", "{}\0", "\0", "\u{FEFF}{}", "\u{A0}1", "/**/1", "01", "-", "+1", ".5",
            "1.", "1e",
            "1e+", "0x1", "1e999", "NaN", "Infinity", "tru", "nul", "True", "\"", "\"\n\"", "\"\t\"", #""\x""#,
            #""\u12""#,
            #""\u00g0""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, #""\ud800\""#,
            #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"\u0061":3}"#, #"[{"x":{"":0,"":1}}]"#,
        ]
    )
    func refusal(text: String) {
        #expect(throws: NotJSON.self) { try Self.read(text) }
    }

    @Test(
        "are in UTF-8, shortest form, or refused",
        arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]]
    )
    func encoding(bytes: [UInt8]) {
        #expect(throws: NotJSON.self) { try JSONParser.read(Data([0x22] + bytes + [0x22])) }
        #expect(throws: NotJSON.self) { try JSONParser.read(Data("{}".utf16.flatMap { [UInt8($0), 0] })) }
    }

    @Test("are what Foundation reads, for the bodies of requests with any one byte changed") func changedBytes() throws
    {
        let body = Array(#"{"a":[1.5e3,-0,true,"\ud83d\ude00é"],"b":null}"#.utf8)
        var taken = 0
        for index in body.indices {
            for byte in 0...UInt8.max {
                var changed = body
                changed[index] = byte
                guard (try? JSONParser.read(Data(changed))) != nil else { continue }
                taken += 1
                #expect(throws: Never.self, "byte \(index) is \(byte)") {
                    try JSONSerialization.jsonObject(with: Data(changed))
                }
            }
        }
        #expect(taken > 400)
    }

    @Test("deep nesting is refused, or read, whatever its depth", arguments: [500, 512, 513, 600, 500_000])
    func depth(levels: Int) async {
        // On a thread of the pool, whose stack is the smaller one.
        await Task.detached {
            let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            #expect(((try? Self.read(text)) != nil) == (levels <= 512))
        }.value
    }

    @Test("no proper prefix of a body is a body") func prefixes() throws {
        let body = Data(#"{"organizationId":"o","parameters":{"a":[1.5e3,true,"\ud83d\ude00"]}}"#.utf8)
        _ = try JSONObject(reading: body)
        for length in body.indices {
            #expect(throws: NotJSON.self, "first \(length) bytes") { try JSONObject(reading: body[..<length]) }
        }
    }
}

@Suite("The CBOR reader") struct CBORReaderTests {
    @Test(
        "takes the items of authenticators",
        arguments: [
            ("00", CBORValue.unsigned(0)), ("1818", .unsigned(24)), ("190100", .unsigned(256)),
            ("1a00010000", .unsigned(65536)), ("1b0000000100000000", .unsigned(1 << 32)), ("26", .negative(6)),
            ("4101", .bytes(Data([1]))), ("6161", .text("a")), ("8201f6", .array([.unsigned(1), .null])),
            ("a101f5", .map([.unsigned(1): .bool(true)])), ("f4", .bool(false)),
        ]
    )
    func takes(hex: String, value: CBORValue) throws {
        #expect(try CBORReader.read(try #require(Hex.decode(hex))) == value)
    }

    @Test(
        "refuses the rest for its own reason",
        arguments: [
            ("", CBORError.truncated), ("18", .truncated), ("4201", .truncated), ("8101a1", .trailingBytes),
            ("0000", .trailingBytes), ("5f4101ff", .unsupported), ("9fff", .unsupported), ("bfff", .unsupported),
            ("c000", .unsupported), ("f97c00", .unsupported), ("f7", .unsupported), ("f820", .unsupported),
            ("1c", .unsupported), ("1817", .notMinimal), ("1900ff", .notMinimal), ("1a0000ffff", .notMinimal),
            ("1b00000000ffffffff", .notMinimal), ("a201020103", .repeatedKey), ("61ff", .invalidUTF8),
            ("818181818100", .tooDeep(limit: 4)), ("9bffffffffffffffff", .truncated),
            ("5bffffffffffffffff", .truncated), ("bb7fffffffffffffff", .truncated),
        ]
    )
    func refuses(hex: String, error: CBORError) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: error) { try CBORReader.read(bytes) }
    }
}

@Suite("COSE keys") struct COSEKeyTests {
    private static let good =
        "a50102032620012158204fe910ce5c2341c2cec9feb4f45ae4eb470f7e389722170a064874d37e04a430"
        + "2258202934cc2dacb443a7adc0c0f5d2ecb32d859a18cca767dd804a3f8573add3c8c0"

    @Test(
        "are ES256 keys of five members, on the curve",
        arguments: [
            ("good", good, true), ("another algorithm", good.replacing("0326", with: "0327"), false),
            ("another curve", good.replacing("2001", with: "2002"), false),
            ("another kind", good.replacing("a50102", with: "a50101"), false),
            ("off the curve", String(good.dropLast()) + "1", false), ("bytes behind", good + "00", false),
            ("a sixth member", good.replacing("a5", with: "a6") + "0400", false),
            ("a member less", good.replacing("a5", with: "a4").replacing("0326", with: ""), false),
            ("empty", "", false),
        ]
    )
    func reading(name: String, hex: String, isKey: Bool) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect((COSEKey(bytes) != nil) == isKey)
    }
}

@Suite("Encodings") struct EncodingTests {
    @Test(
        "base64url is read with and without padding, and refused otherwise",
        arguments: [
            ("", ""), ("AA", "00"), ("AA==", "00"), ("AAA", "0000"), ("AAA=", "0000"), ("-_8", "fbff"),
            ("AAAA", "000000"),
            ("A", nil), ("AA=", nil), ("AA===", nil), ("=", nil), ("AB", nil), ("+/8", nil), ("AA\n", nil),
            ("A A", nil), ("AA=A", nil), ("AÄ", nil),
        ] as [(String, String?)]
    )
    func base64URL(text: String, hex: String?) {
        #expect(Base64URL.decode(text).map { Hex.encode($0) } == hex)
    }

    @Test("what is written is read, for any bytes") func roundTrip() {
        for length in 0..<70 {
            let bytes = Data((0..<length).map { _ in UInt8.random(in: .min ... .max) })
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes).uppercased()) == bytes)
        }
    }

    @Test("hex is pairs of digits", arguments: ["0", "0g", "00 0", "é", "+1"])
    func hex(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    private static let zeros = String(repeating: "00", count: 32)
    private static let r = String(repeating: "00", count: 31) + "01"
    private static let s = String(repeating: "00", count: 30) + "0080"

    @Test(
        "a signature is read short, long or padded, and refused otherwise",
        arguments: [
            ("shortest", "300702010102020080", true), ("zeros before r", "3009020300000102020080", true),
            ("long lengths", "30810902810101028200017f", true),
            ("bytes behind", "30070201010202008000", false),
            ("a third integer", "300a02010102020080020101", false),
            ("negative s", "3006020101020180", false), ("an empty integer", "30050201010200", false),
            ("33 bytes of value", "30260201010221\("01" + zeros)", false),
            ("truncated", "3007020101020200", false), ("another tag", "310702010102020080", false),
            ("indefinite length", "3080020101020200800000", false), ("raw", "\(zeros)\(zeros)", false),
            ("empty", "", false),
        ] as [(String, String, Bool)]
    )
    func signatures(name: String, hex: String, isSignature: Bool) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect((ECDSASignatureReader.read(bytes) != nil) == isSignature)
    }

    @Test("a short signature is the one that was meant") func shortSignature() throws {
        let bytes = try #require(Hex.decode("300702010102020080"))
        let signature = try #require(ECDSASignatureReader.read(bytes))
        #expect(Hex.encode(signature.rawRepresentation) == Self.r + Self.s)
    }

    @Test("every signature that is made is read, whatever its length") func madeSignatures() throws {
        let key = P256.Signing.PrivateKey()
        for number in 0..<300 {
            let signature = try key.signature(for: Data("\(number)".utf8))
            #expect(
                ECDSASignatureReader.read(signature.derRepresentation)?.rawRepresentation == signature.rawRepresentation
            )
        }
    }
}
