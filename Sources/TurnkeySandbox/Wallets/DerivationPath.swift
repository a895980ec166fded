// SPDX-License-Identifier: Apache-2.0

/// The place of a key in a wallet (BIP-32): `m/44'/60'/0'/0/0`, with an apostrophe for a hardened step.
struct DerivationPath: Sendable, Hashable {
    /// The most steps, more than any wallet's scheme has: each costs a multiplication on the curve.
    static let maximumDepth = 16
    static let hardened: UInt32 = 1 << 31

    /// The path as it was written, which is its only spelling.
    let text: String
    let steps: [UInt32]

    /// Reads a path; `nil` for another prefix, no step or more than the maximum, a step of 2³¹ or more, or a leading
    /// zero.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.first == "m", (2...Self.maximumDepth + 1).contains(parts.count) else { return nil }
        var steps: [UInt32] = []
        for part in parts.dropFirst() {
            guard let step = Self.step(part) else { return nil }
            steps.append(step)
        }
        self.text = text
        self.steps = steps
    }

    private static func step(_ part: Substring) -> UInt32? {
        let isHardened = part.hasSuffix("'")
        let digits = isHardened ? part.dropLast() : part
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits == "0" || !digits.hasPrefix("0"),
            let number = UInt32(digits), number < hardened
        else { return nil }
        return isHardened ? number | hardened : number
    }
}
