// SPDX-License-Identifier: Apache-2.0
import CMemorySearch
import COpenSSL
import Glibc
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

        @Test("the fragments of a needle are what they say, and the search tells them from what lies around them")
        func fragments() throws {
            let needle = Needle("n", complement: (0..<32).map { ~(UInt8($0) &* 37 &+ 11) })
            let bytes = needle.complement.map { ~$0 }
            let fragments = Dictionary(
                uniqueKeysWithValues: needle.fragments.map { ($0.name, $0.complement.map { ~$0 }) }
            )
            #expect(fragments.count == 3 * 25 + 2 * 25 + 2 * 24)
            #expect(fragments["n from byte 0"] == Array(bytes[..<8]))
            #expect(fragments["n from byte 24"] == Array(bytes[24...]))
            #expect(fragments["n, little-endian from byte 3"] == Array(bytes.reversed()[3..<11]))
            #expect(fragments["n, in words from byte 4"] == [7, 6, 5, 4, 11, 10, 9, 8].map { bytes[$0] })
            let text = { (name: String) in fragments[name].map { String(decoding: $0, as: UTF8.self) } }
            #expect(text("n from byte 5 in hex, a") == Array(bytes[5..<13]).hexText)
            #expect(text("n from byte 5 in hex, A") == Array(bytes[5..<13]).hexText.uppercased())
            let base64URL = SealedBundle.base64URL(Array(bytes[5..<14]))
            #expect(text("n from byte 5 in base64url") == base64URL)
            #expect(
                text("n from byte 5 in base64") == base64URL.replacing("-", with: "+").replacing("_", with: "/")
            )
            var around = [UInt8](repeating: 0xff, count: 64)
            around.replaceSubrange(17..<28, with: bytes[10..<21])
            let finds = around.withUnsafeBytes { NeedleIndex(needle.fragments).search($0) }
            #expect(finds.map(\.offset) == [17, 18, 19, 20])
            #expect(finds.map(\.needle) == [10, 11, 12, 13].map { "n from byte \($0)" })
            #expect(around[..<24].withUnsafeBytes { NeedleIndex(needle.fragments).search($0) }.isEmpty)
        }

        /// A piece of libcrypto's heap, or of malloc's, that holds a secret.
        enum Piece: CaseIterable {
            case freedByMalloc
            case freed
            case freedByClear
            case moved
            case cut

            /// What of 1,000 bytes with the secret in their middle is left of it: eight of its bytes, or less, or all.
            @inline(never) func use(_ needle: Needle) throws -> UnsafeMutableRawPointer? {
                let memory = try #require(self == .freedByMalloc ? malloc(1_000) : CRYPTO_malloc(1_000, nil, 0))
                for index in 0..<32 {
                    memory.storeBytes(of: ~needle.complement[index], toByteOffset: 500 + index, as: UInt8.self)
                }
                switch self {
                case .freedByMalloc: free(memory)
                case .freed: CRYPTO_free(memory, nil, 0)
                case .freedByClear: CRYPTO_clear_free(memory, 1_000, nil, 0)
                case .moved: return CRYPTO_realloc(memory, 200_000, nil, 0)
                case .cut: return CRYPTO_realloc(memory, 507, nil, 0)
                }
                return nil
            }

            var finds: Int {
                switch self {
                case .freedByMalloc, .moved: 25
                case .freed, .freedByClear, .cut: 0
                }
            }
        }

        @Test(
            "of what libcrypto frees, moves or cuts nothing is left; what is freed without it is found",
            arguments: Piece.allCases
        )
        func heap(_ piece: Piece) throws {
            #expect(CMemorySearchIsWiping() == 1)
            let needle = try Needle("planted", SecretMaker.makeScalar())
            let thread = try ParkedThread { thread in
                let left = try piece.use(needle)
                thread.park()
                CRYPTO_free(left, nil, 0)
                thread.park()
            }
            try thread.waitUntilParked()
            let finds = try search(needle.fragments)
            #expect(finds.count == piece.finds, "\(finds)")
            thread.goOn()
            try thread.waitUntilParked()
            #expect(try search(needle.fragments).isEmpty == (piece != .freedByMalloc))
            thread.goOn()
            try thread.waitUntilDone()
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
