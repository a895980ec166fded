// SPDX-License-Identifier: Apache-2.0

/// The name of a fleet: 1 to 32 of a-z 0-9 -.
package struct FleetName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// `nil` for any other text.
    package init?(_ text: some StringProtocol) {
        let utf8 = text.utf8
        guard (1...32).contains(utf8.count),
            utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else { return nil }
        description = String(text)
    }
}
