// SPDX-License-Identifier: Apache-2.0

extension FixedWidthInteger {
    /// Reads a number in its canonical spelling: ASCII decimal digits without a plus sign or a leading zero.
    ///
    /// `nil` for other text, and for a number that does not fit.
    package init?(spelled text: some StringProtocol) {
        guard let number = Self(text), "\(number)" == text else { return nil }
        self = number
    }
}
