// SPDX-License-Identifier: Apache-2.0

/// The id of one confirmation: 128 random bits, which cannot be guessed and do not repeat.
struct ConfirmationId: Hashable, Sendable {
    private let bits: UInt128

    init(using generator: inout some RandomNumberGenerator) {
        bits = UInt128.random(in: .min ... .max, using: &generator)
    }

    /// The id as 32 lower-case hex digits.
    var text: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 32 - digits.utf8.count) + digits
    }
}
