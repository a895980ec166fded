// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("Arithmetic of time stops at the ends") struct BootInstantTests {
        private static func at(_ nanoseconds: Int64) -> BootInstant { BootInstant(nanoseconds: nanoseconds) }

        @Test(
            "adding seconds never wraps",
            arguments: [
                (0, 0, 0), (1, 1, 1_000_000_001), (0, .max, .max), (.max, 1, .max), (.max - 1_000_000_000, 1, .max),
                (.max - 1_000_000_000, 2, .max), (5, 9_223_372_036, 9_223_372_036_000_000_005),
                (5, 9_223_372_037, .max), (.min, .max, -1), (.min, 0, .min),
            ] as [(Int64, Int64, Int64)]
        )
        func adding(_ start: Int64, _ seconds: Int64, _ sum: Int64) {
            #expect(Self.at(start).adding(seconds: seconds) == Self.at(sum))
        }

        @Test(
            "subtracting seconds never wraps",
            arguments: [
                (0, 0, 0), (1, 1, -999_999_999), (0, .max, -.max), (.min, 1, .min), (-2, .max, .min), (.max, .max, 0),
            ] as [(Int64, Int64, Int64)]
        )
        func subtracting(_ start: Int64, _ seconds: Int64, _ difference: Int64) {
            #expect(Self.at(start).subtracting(seconds: seconds) == Self.at(difference))
        }

        @Test(
            "milliseconds are whole, and zero where the moment is past",
            arguments: [
                (0, 0, 0), (0, 999_999, 0), (0, 1_000_000, 1), (1, 1_000_000, 0), (5, 4, 0),
                (.min, .max, 9_223_372_036_854),
                (.max, .min, 0), (0, .max, 9_223_372_036_854), (1, .min, 0),
            ] as [(Int64, Int64, Int64)]
        )
        func milliseconds(_ now: Int64, _ later: Int64, _ milliseconds: Int64) {
            #expect(Self.at(now).milliseconds(until: Self.at(later)) == milliseconds)
        }
    }
}
