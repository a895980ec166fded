// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A generator whose numbers come again from the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// `STAMPD_TEST_SEED` where it is set, to try a failed run again; else a new one. It is printed.
    init(for test: String) {
        let given = ProcessInfo.processInfo.environment["STAMPD_TEST_SEED"].flatMap(UInt64.init)
        state = given ?? UInt64.random(in: 0...(.max))
        print("\(test): STAMPD_TEST_SEED=\(state)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
