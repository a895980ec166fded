// SPDX-License-Identifier: Apache-2.0

/// Some of a set's rules, at most 256: one bit for each.
struct RuleMask: Equatable, Sendable {
    private var words: SIMD4<UInt64>

    static let none = RuleMask(words: .zero)

    private init(words: SIMD4<UInt64>) { self.words = words }

    /// The first `count` rules.
    init(count: Int) {
        self = .none
        for rule in 0..<count { insert(rule) }
    }

    var isEmpty: Bool { words == .zero }

    func contains(_ rule: Int) -> Bool { words[rule >> 6] >> UInt64(rule & 63) & 1 != 0 }

    mutating func insert(_ rule: Int) { words[rule >> 6] |= 1 << UInt64(rule & 63) }

    mutating func remove(_ rule: Int) { words[rule >> 6] &= ~(1 << UInt64(rule & 63)) }

    /// The first rule from `start`.
    func first(from start: Int = 0) -> Int? {
        var index = start >> 6
        guard index < 4 else { return nil }
        var word = words[index] & (.max << UInt64(start & 63))
        while word == 0 {
            index += 1
            guard index < 4 else { return nil }
            word = words[index]
        }
        return index << 6 + word.trailingZeroBitCount
    }

    static func & (left: Self, right: Self) -> Self { Self(words: left.words & right.words) }
    static func | (left: Self, right: Self) -> Self { Self(words: left.words | right.words) }
    static prefix func ~ (mask: Self) -> Self { Self(words: ~mask.words) }
}
