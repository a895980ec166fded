// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeyClient

@Suite("Numbers from outside")
struct NumberTests {
    @Test("a number that does not fit is the nearest that does")
    func saturating() {
        #expect(Int64(saturating: 1e300) == .max)
        #expect(Int64(saturating: -.infinity) == .min)
        #expect(Int64(saturating: 9_223_372_036_854_775_808) == .max)
        #expect(Int64(saturating: .nan) == 0)
        #expect(Int64(saturating: -1.9) == -1)
    }

    @Test("an end beyond all time is stored, and what is left of it is a number", arguments: [Int64.max, .min, 0])
    func expiry(_ milliseconds: Int64) throws {
        let text = #"{"expiresAtMilliseconds":\#(milliseconds)}"#
        let expiry = try JSONDecoder().decode(StoredExpiry.self, from: Data(text.utf8)).expiry
        #expect((expiry.remainingMilliseconds > 0) == (milliseconds == .max))
        #expect(StoredExpiry(expiry).expiresAtMilliseconds == milliseconds)
        #expect(StoredExpiry(Expiry(.now, expirationSeconds: .max)).expiresAtMilliseconds == .max)
    }
}
