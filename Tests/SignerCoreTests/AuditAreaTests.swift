// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("Where the audit stands, in kept memory") struct AuditAreaTests {
        private static func head(_ number: Int64) -> AuditHead {
            let chain = ChainValue(InlineArray(repeating: UInt8(truncatingIfNeeded: number)))
            return AuditHead(sequence: number, chain: chain, lost: 2 * number, waiting: 3 * number)
        }

        private static func read(_ bytes: [UInt8]) throws -> AuditHead? {
            let memory = try StateMemory(byteCount: AuditArea.byteCount)
            memory.bytes.copyBytes(from: bytes)
            var area = AuditArea(memory.bytes)
            return area.read()
        }

        @Test("what was written last is read, and written on behind it")
        func rounds() throws {
            let memory = try StateMemory(byteCount: AuditArea.byteCount)
            for round in Int64(1)...5 {
                var area = AuditArea(memory.bytes)
                #expect(area.read() == (round == 1 ? nil : Self.head(10 * round - 1)))
                for number in 10 * round...10 * round + 9 { area.write(Self.head(number)) }
            }
        }

        @Test("cut off anywhere in a write, what is read is the head before or the one written, whole")
        func cutOff() throws {
            let memory = try StateMemory(byteCount: AuditArea.byteCount)
            var area = AuditArea(memory.bytes)
            for number in Int64(1)...2 { area.write(Self.head(number)) }
            let before = Array(memory.bytes)
            area.write(Self.head(3))
            let after = Array(memory.bytes)
            let slot = try #require(before.indices.first { before[$0] != after[$0] }) / 128 * 128
            for cut in 0...128 {
                let bytes = Array(after[..<(slot + cut)]) + Array(before[(slot + cut)...])
                let isWhole = Array(bytes) == after
                #expect(try Self.read(bytes) == Self.head(isWhole ? 3 : 2), "\(cut) bytes written")
            }
        }

        @Test("a changed byte of the last head gives the one before, and memory that holds none gives none")
        func damaged() throws {
            let memory = try StateMemory(byteCount: AuditArea.byteCount)
            #expect(try Self.read(Array(memory.bytes)) == nil)
            var area = AuditArea(memory.bytes)
            area.write(Self.head(1))
            let one = Array(memory.bytes)
            area.write(Self.head(2))
            let two = Array(memory.bytes)
            let last = try #require(one.indices.first { one[$0] != two[$0] }) / 128 * 128
            for offset in 0..<80 {
                var bytes = two
                bytes[last + offset] ^= 0x40
                #expect(try Self.read(bytes) == Self.head(1), "byte \(offset)")
            }
            #expect(try Self.read([UInt8](repeating: 0xff, count: AuditArea.byteCount)) == nil)
        }
    }
}
