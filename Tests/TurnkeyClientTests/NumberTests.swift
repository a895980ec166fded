// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeyClient

@Suite("Numbers from outside")
struct NumberTests {
    @Test(
        "a base URL's port is 1 to 65535, in digits",
        arguments: [
            "99999", "65536", "0", "-1", "+80", "080", "1e3", "0x50", "80 ", "", "100000", "70000",
            "18446744073709551617",
            "99999999999999999999999999", "٨٠",
        ]
    )
    func badPort(_ port: String) {
        for host in ["http://127.0.0.1", "http://localhost", "http://[::1]", "https://example.com"] {
            for path in ["", "/", "/path"] {
                let text = "\(host):\(port)\(path)"
                #expect { try APIBaseURL(text) } throws: { error in
                    if case .configuration(.notABaseURL(text))? = error as? TurnkeyError { true } else { false }
                }
            }
        }
    }

    @Test("a port that can be listened at is taken, and so is none", arguments: [":1", ":80", ":8080", ":65535", ""])
    func goodPort(_ port: String) throws {
        for host in ["http://127.0.0.1", "http://localhost", "http://[::1]", "https://example.com"] {
            #expect(try APIBaseURL("\(host)\(port)/").text == "\(host)\(port)")
        }
    }

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
        #expect(StoredExpiry(Expiry(Expiry.Start(), expirationSeconds: .max)).expiresAtMilliseconds == .max)
    }
}
