// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Varlink

@Suite("JSON against Foundation's coders") struct JSONRoundTripTests {
    @Test("what we write, Foundation reads the same") func written() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for round in 0..<400 {
            let sample = JSONSample.random(using: &generator)
            var writer = JSONWriter()
            sample.write(to: &writer)
            let read = try JSONDecoder().decode(JSONSample.self, from: Data(writer.bytes))
            #expect(read == sample, "seed \(seed), round \(round)")
            var reader = JSONReader(writer.bytes.span)
            #expect(try JSONSample.read(&reader, writer.bytes) == sample, "seed \(seed), round \(round)")
        }
    }

    @Test(
        "what Foundation writes, we read the same",
        arguments: [[], [.prettyPrinted], [.withoutEscapingSlashes]] as [JSONEncoder.OutputFormatting]
    )
    func read(_ formatting: JSONEncoder.OutputFormatting) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        for round in 0..<200 {
            let sample = JSONSample.random(using: &generator)
            let bytes = Array(try encoder.encode(sample))
            var reader = JSONReader(bytes.span)
            #expect(try JSONSample.read(&reader, bytes) == sample, "seed \(seed), round \(round)")
            try reader.end()
        }
    }

    @Test("whatever we read from damaged bytes, Foundation reads too, and nothing traps") func damaged() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for round in 0..<400 {
            var writer = JSONWriter()
            JSONSample.random(using: &generator).write(to: &writer)
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1..<4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                let byte = UInt8.random(in: 0 ... .max, using: &generator)
                // No exponent: a number may be beyond a Double, and so beyond Foundation, and be JSON all the same.
                bytes[index] = byte | 0x20 == UInt8(ascii: "e") ? UInt8(ascii: " ") : byte
            }
            guard reasonToRefuse(bytes) == nil else { continue }
            #expect(throws: Never.self, "seed \(seed), round \(round)") {
                try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            }
        }
    }
}
