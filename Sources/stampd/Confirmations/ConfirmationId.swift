// SPDX-License-Identifier: Apache-2.0

/// The name of one confirmation: 128 random bits, which nobody guesses and no other confirmation has.
struct ConfirmationId: Hashable, Sendable {
    private let bits: UInt128

    init(using generator: inout some RandomNumberGenerator) {
        bits = UInt128.random(in: .min ... .max, using: &generator)
    }

    /// 32 lower-case hex digits.
    var text: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}
