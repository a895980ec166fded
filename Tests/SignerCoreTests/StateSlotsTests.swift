// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("State in two slots") struct StateSlotsTests {
        @Test("cut off anywhere in a write, what is read is the state before or the one written, whole")
        func cutOff() throws {
            let frame = try TestFrame.ready()
            let memory = try StateMemory()
            var slots = StateSlots(memory.bytes)
            try slots.write(frame.frame, bootId: .of("b"), at: frame.now)
            let before = (state: Array(memory.bytes), text: frame.stateText)
            try frame.inject(TestCredential(), as: "a")
            try slots.write(frame.frame, bootId: .of("b"), at: frame.now)
            let after = (state: Array(memory.bytes), text: frame.stateText)
            let size = StateSlots.slotByteCount
            let (old, new) = (size..<2 * size, 0..<size)
            #expect(after.state[old].allSatisfy { $0 == 0 } && before.state[new].allSatisfy { $0 == 0 })
            let length = try frame.state().count
            for cut in Array(stride(from: 0, to: length, by: 13)) + [1, length - 1, length] {
                memory.bytes.copyBytes(from: before.state)
                memory.bytes[new.prefix(cut)].copyBytes(after.state[..<cut])
                let isWhole = after.state[cut..<length].allSatisfy { $0 == 0 }
                #expect(try read(memory, frame.now) == (isWhole ? after.text : before.text), "written \(cut)")
                memory.bytes.copyBytes(from: after.state)
                memory.bytes[old].copyBytes(before.state[old])
                memory.bytes[old.prefix(cut)].copyBytes([UInt8](repeating: 0, count: cut))
                #expect(try read(memory, frame.now) == after.text, "wiped \(cut)")
            }
        }

        /// What is read, and that the other slot is wiped by it.
        private func read(_ memory: StateMemory, _ now: BootInstant) throws -> [String] {
            var slots = StateSlots(memory.bytes)
            let result = TestFrame()
            switch try slots.read(limits: FrameLimits(), bootId: .of("b"), at: now) {
            case .some(let frame): result.frame = frame
            case .none: throw StateError.empty
            }
            let empty = [0, StateSlots.slotByteCount].filter { start in
                memory.bytes[start..<start + 4096].allSatisfy { $0 == 0 }
            }
            #expect(empty.count == 1)
            return result.stateText
        }

        @Test("what is damaged is said, what was wiped is nothing, and a write that fails leaves nothing")
        func failures() throws {
            let frame = try TestFrame.full()
            let memory = try StateMemory()
            var slots = StateSlots(memory.bytes)
            try slots.write(frame.frame, bootId: .of("b"), at: frame.now)
            let start = try #require(memory.bytes.firstIndex { $0 != 0 })
            memory.bytes[start + 100] ^= 1
            #expect(throws: StateError.checksum) { try self.read(memory, frame.now) }
            slots.wipe()
            #expect(throws: StateError.empty) { try self.read(memory, frame.now) }
            try slots.write(frame.frame, bootId: .of("b"), at: frame.now)
            frame.frame.expiredNames = (0..<257).map { SessionName(stringLiteral: "e\($0)") }
            let bootId = try BootId.of("b")
            do throws(StateError) {
                try slots.write(frame.frame, bootId: bootId, at: frame.now)
                Issue.record("written")
            } catch { #expect(error == .count) }
            #expect(memory.bytes.allSatisfy { $0 == 0 })
        }

        @Test("scalars lie in the secure heap and in that memory, written and read, and nowhere once both have ended")
        func secrets() throws {
            let handover = Handover()
            let memory = try StateMemory()
            let address = (start: UInt(bitPattern: memory.bytes.baseAddress), count: memory.bytes.count)
            let thread = try ParkedThread { thread in
                let base = UnsafeMutableRawPointer(bitPattern: address.start)
                let bytes = UnsafeMutableRawBufferPointer(start: base, count: address.count)
                try Self.live(handover, bytes, thread)
            }
            let region = try SecretMaker.secureRegion()
            let search = try ProcessMemory()
            for isLeft in [true, true, false] {
                try thread.waitUntilParked()
                let finds = try search.search(for: handover.needles.flatMap(\.fragments))
                #expect(
                    finds.allSatisfy { memory.range.contains($0.address) || region.range.contains($0.address) },
                    "\(finds)"
                )
                let whole = try search.search(for: handover.needles).filter { memory.range.contains($0.address) }
                #expect(whole.map(\.needle).sorted() == (isLeft ? ["credential", "embedded key"] : []))
                #expect(isLeft || finds.isEmpty, "\(finds)")
                thread.goOn()
            }
            try thread.waitUntilDone()
        }

        private static func live(
            _ handover: Handover,
            _ bytes: UnsafeMutableRawBufferPointer,
            _ thread: ParkedThread
        ) throws {
            var slots = StateSlots(bytes)
            let now = try write(handover, &slots)
            thread.park()
            try slots.read(limits: FrameLimits(), bootId: .of("b"), at: now)?.parked(in: thread)
            slots.wipe()
            thread.park()
        }

        /// The frame ends here; its state stays. Written twice, so that both slots have been used.
        private static func write(_ handover: Handover, _ slots: inout StateSlots) throws -> BootInstant {
            let credential = try SecretMaker.makeScalar()
            let embedded = try SecretMaker.makeScalar()
            handover.needles = [Needle("credential", credential), Needle("embedded key", embedded)]
            let frame = try TestFrame.stamping(with: credential)
            let key = try SecretMaker.makeKey(embedded)
            frame.frame.embeddedKey = EmbeddedKey(key: key, expiry: .never)
            frame.frame.rememberedDeadlines = [frame.frame.sessions[0].publicKey: frame.frame.sessions[0].deadline]
            for _ in 0..<2 { try slots.write(frame.frame, bootId: .of("b"), at: frame.now) }
            return frame.now
        }
    }
}

extension Frame {
    fileprivate consuming func parked(in thread: ParkedThread) { thread.park() }
}

extension SecretMaker {
    static func secureRegion() throws -> ProcessMemory.Region {
        let probe = try Secret(byteCount: 1)
        return try probe.withBytes { try ProcessMemory.region(of: $0.baseAddress) }
    }
}

extension Slice<UnsafeMutableRawBufferPointer> {
    fileprivate func copyBytes(_ bytes: some Collection<UInt8>) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyBytes(from: bytes)
    }
}
