// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

@Suite("lines of a stream")
struct LineCollectorTests {
    @Test("are the same wherever the stream is cut")
    func cuts() {
        let stream = bytes("one\n\ntwo\nthree")
        for first in 0...stream.count {
            for second in first...stream.count {
                var collector = LineCollector(limitBytes: 5)
                let pieces = [stream[..<first], stream[first..<second], stream[second...]]
                let lines = pieces.flatMap { collector.add($0) ?? [] }
                #expect(lines == [bytes("one"), bytes("two")])
                #expect(collector.add(bytes("\n")) == [bytes("three")])
            }
        }
    }

    @Test("are refused above their limit, before their end has come")
    func tooLong() {
        var collector = LineCollector(limitBytes: 3)
        #expect(collector.add(bytes("abc\nabc")) == [bytes("abc")])
        #expect(collector.add(bytes("d")) == nil)
        var other = LineCollector(limitBytes: 3)
        #expect(other.add(bytes("abcd\n")) == nil)
    }
}
