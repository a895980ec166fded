// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("Secrets lie in the secure heap, and nowhere once they have ended", .searchesMemory) struct SecretLifeTests {
        let memory: ProcessMemory

        init() throws { memory = try ProcessMemory() }

        private func secureRegion() throws -> ProcessMemory.Region {
            let probe = try Secret(byteCount: 1)
            return try probe.withBytes { try ProcessMemory.region(of: $0.baseAddress) }
        }

        private func search(_ needles: [Needle]) throws -> [ProcessMemory.Find] {
            let finds = try memory.search(for: needles)
            #expect(memory.searchedByteCount > 1 << 20)
            return finds
        }

        @Test("the search finds what lies on a heap, on a live stack, on a dead one, and in the secure heap")
        func finds() throws {
            let planted = try (0..<4).map { _ in try Needle("planted", SecretMaker.makeScalar()) }
            var heap = planted[0].complement.map { ~$0 }
            var secure = try Secret(byteCount: 32)
            secure.withMutableBytes { bytes in for index in 0..<32 { bytes[index] = ~planted[1].complement[index] } }
            let thread = try ParkedThread { thread in
                Self.leaveOnStack(planted[2])
                thread.park()
                try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { live in
                    for index in 0..<32 { live[index] = ~planted[3].complement[index] }
                    thread.park()
                    guard live[0] == ~planted[3].complement[0] else { throw ProcessMemory.Flaw(what: "overwritten") }
                    live.update(repeating: 0)
                }
            }
            try thread.waitUntilParked()
            let first = try search(planted)
            thread.goOn()
            try thread.waitUntilParked()
            let second = try search([planted[3]])
            thread.goOn()
            try thread.waitUntilDone()
            #expect(second.count == 1)
            let region = try secureRegion()
            let (heapAddress, secureAddress) = heap.withUnsafeMutableBytes { heap in
                secure.withBytes { (UInt(bitPattern: heap.baseAddress), UInt(bitPattern: $0.baseAddress)) }
            }
            #expect(first.contains { $0.address == heapAddress })
            #expect(first.contains { $0.address == secureAddress && region.range.contains($0.address) })
            #expect(first.count == 3, "\(first)")
            heap.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        }

        @inline(never) private static func leaveOnStack(_ needle: Needle) {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { dead in
                for index in 0..<32 { dead[64 + index] = ~needle.complement[index] }
            }
        }

        @Test("every form of a needle is what it says") func forms() throws {
            let needle = Needle("n", complement: (0..<32).map { ~(UInt8($0) &* 37 &+ 11) })
            let bytes = needle.complement.map { ~$0 }
            let texts = needle.forms.map { String(decoding: $0.complement.map { ~$0 }, as: UTF8.self) }
            #expect(needle.orders.map(\.complement) == [needle.complement, needle.complement.reversed()])
            let halves = [bytes[..<16], bytes[16...], bytes.reversed()[..<16], bytes.reversed()[16...]].map(Array.init)
            #expect(needle.forms[..<4].map { $0.complement.map { ~$0 } } == halves)
            #expect(texts[4] == bytes.hexText && texts[5] == bytes.hexText.uppercased())
            #expect(texts[7] == SealedBundle.base64URL(Array(bytes[..<30])))
            #expect(texts[6] == texts[7].replacing("-", with: "+").replacing("_", with: "/"))
        }

        private static var isProtected: Bool { if case .success(.full) = SecureHeapTrait.setUp { true } else { false } }

        @Test(
            "the secure heap is locked, guarded and left out of core dumps",
            .enabled(if: isProtected, "memory for keys cannot be locked here")
        )
        func heap() throws {
            let region = try secureRegion()
            let regions = try ProcessMemory.regions()
            let neighbours = regions.filter {
                $0.range.upperBound == region.range.lowerBound || $0.range.lowerBound == region.range.upperBound
            }
            #expect(neighbours.count == 2 && neighbours.allSatisfy { !$0.isReadable && !$0.isWritable })
            let start = String(region.range.lowerBound, radix: 16)
            let maps = try ProcessMemory.text(of: "/proc/self/smaps").split(separator: "\n")
            let line = try #require(maps.firstIndex { $0.hasPrefix(start + "-") })
            let flags = try #require(maps[line...].first { $0.hasPrefix("VmFlags:") })
            #expect(
                flags.split(separator: " ").contains("lo") && flags.split(separator: " ").contains("dd"),
                "\(flags)"
            )
        }

        @Test("a secret is zeros at first, lies in the secure heap, and is wiped at its end") func secret() throws {
            let region = try secureRegion()
            _ = try SecretMaker.makeScalar()  // libcrypto sets up a generator for each thread, in the secure heap
            let used = SecureHeap.usedByteCount
            var needle: Needle?
            do {
                var secret = try Secret(byteCount: 32)
                #expect(secret.withBytes { $0.allSatisfy { $0 == 0 } })
                secret.withMutableBytes { _ = RAND_priv_bytes($0.bindMemory(to: UInt8.self).baseAddress, 32) }
                cleanseStack()
                let live = Needle("secret", secret)
                let finds = try search([live])
                #expect(finds.count == 1 && finds.allSatisfy { region.range.contains($0.address) }, "\(finds)")
                needle = live
            }
            #expect(try search([#require(needle)]).isEmpty)
            #expect(SecureHeap.usedByteCount <= used)
        }

        @Test("a frame gives back all that it took when it ends, is reset, or expires", arguments: 0..<3)
        func givesBack(_ way: Int) throws {
            _ = try SecretMaker.makeScalar()  // this thread's generator
            let used = SecureHeap.usedByteCount
            do {
                let frame = try TestFrame.ready()
                for name: SessionName in ["a", "b", "c"] { try frame.inject(TestCredential(), as: name) }
                for name: SessionName in ["d", "e"] { _ = try frame.frame.createSessionKey(for: name, at: frame.now) }
                for session in frame.frame.listSessions(at: frame.now) { try frame.stamp(as: session.name) }
                #expect(SecureHeap.usedByteCount >= used + 6 * 64)
                switch way {
                case 0: frame.frame.reset(at: frame.now)
                case 1: frame.advance(seconds: 172_800)
                default: frame.frame = Frame()
                }
                #expect(SecureHeap.usedByteCount <= used)
            }
            #expect(SecureHeap.usedByteCount <= used)
        }

        @Test("when the secure heap is used up that is an error, not ordinary memory") func usedUp() throws {
            let used = SecureHeap.usedByteCount
            #expect(throws: CryptoError.noSecureMemory) { _ = try Secret(byteCount: SecureHeap.byteCount * 2) }
            #expect(SecureHeap.usedByteCount <= used)
        }
    }
}
