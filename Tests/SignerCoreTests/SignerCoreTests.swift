// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Testing

/// All of the heart's tests, one after another: libcrypto's secure heap is one for the process, and some of them count
/// what is in it. They ask for no more than before, not for as much: libcrypto keeps a random generator for each thread
/// there, and a thread of the pool may end meanwhile.
@Suite(.serialized, .secureHeap) enum SignerCoreTests {}

/// Sets the secure heap up before the first key of the process.
struct SecureHeapTrait: SuiteTrait {
    static let setUp = Result { () throws(CryptoError) in try SecureHeap.setUp() }

    func prepare(for test: Test) async throws {
        _ = try Self.setUp.get()
    }
}

extension Trait where Self == SecureHeapTrait {
    static var secureHeap: SecureHeapTrait { SecureHeapTrait() }
}

extension Trait where Self == ConditionTrait {
    /// For suites that search the process's memory.
    static var searchesMemory: ConditionTrait {
        .enabled(if: ProcessMemory.isSearchable, "a sanitizer maps more memory than can be searched")
    }
}
