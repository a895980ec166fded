// SPDX-License-Identifier: Apache-2.0

/// A selection of a set's rules, at most 256: one bit for each.
struct RuleMask: Sendable {
    private var words: InlineArray<4, UInt64>

    static let none = RuleMask(words: [0, 0, 0, 0])

    private init(words: InlineArray<4, UInt64>) { self.words = words }

    /// Selects the first `count` rules.
    init(count: Int) {
        self = .none
        for rule in 0..<count { insert(rule) }
    }

    var isEmpty: Bool { words[0] | words[1] | words[2] | words[3] == 0 }

    func contains(_ rule: Int) -> Bool { words[rule >> 6] >> UInt64(rule & 63) & 1 != 0 }

    mutating func insert(_ rule: Int) { words[rule >> 6] |= 1 << UInt64(rule & 63) }

    mutating func remove(_ rule: Int) { words[rule >> 6] &= ~(1 << UInt64(rule & 63)) }

    /// Returns the first selected rule from `start` on.
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

    static func & (left: Self, right: Self) -> Self { Self(words: InlineArray { left.words[$0] & right.words[$0] }) }
    static func | (left: Self, right: Self) -> Self { Self(words: InlineArray { left.words[$0] | right.words[$0] }) }
    static prefix func ~ (mask: Self) -> Self { Self(words: InlineArray { ~mask.words[$0] }) }
}

extension RuleMask: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }
}
