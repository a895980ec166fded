// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("JSON writer") struct JSONWriterTests {
    @Test("members and elements stand in the order written, with commas between and none at the ends") func order() {
        var writer = JSONWriter()
        writer.object {
            $0.member("z", "text")
            $0.member("y", -9_223_372_036_854_775_808)
            $0.member("x", true)
            $0.member("none", ifPresent: String?.none)
            $0.member("some", ifPresent: Int64(3))
            $0.objectMember("empty") { _ in }
            $0.arrayMember("list") {
                $0.int(1)
                $0.null()
                $0.array { $0.string("[") }
                $0.array { _ in }
                $0.bool(false)
            }
            $0.member("a", "{")
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"z":"text","y":-9223372036854775808,"x":true,"some":3,"empty":{},"list":[1,null,["["],[],false],"a":"{"}"#
        )
    }

    @Test("exactly what must be escaped is escaped", arguments: 0..<0x80 as Range<UInt8>)
    func escapes(_ byte: UInt8) throws {
        let short: [UInt8: String] = [
            0x08: #"\b"#, 0x09: #"\t"#, 0x0A: #"\n"#, 0x0C: #"\f"#, 0x0D: #"\r"#, 0x22: #"\""#, 0x5C: #"\\"#,
        ]
        let character = String(Unicode.Scalar(byte))
        let hex = #"\u00"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        let expected = short[byte] ?? (byte < 0x20 ? hex : character)
        for (before, after) in [("", ""), ("1234567", "12345678"), ("é", "😀")] {
            var writer = JSONWriter()
            writer.string(before + character + after)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(before)\(expected)\(after)\"")
        }
    }

    @Test("bytes that were there stay before what is written") func appends() {
        var writer = JSONWriter(appendingTo: [0x7B, 0x7D, 0])
        writer.string("a")
        #expect(writer.bytes == [0x7B, 0x7D, 0, 0x22, 0x61, 0x22])
    }
}
