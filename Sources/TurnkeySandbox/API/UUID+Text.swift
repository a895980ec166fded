// SPDX-License-Identifier: Apache-2.0
import Foundation

extension UUID {
    /// The id as the API writes it: 36 characters, lower case.
    var text: String { uuidString.lowercased() }

    /// Makes a version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, the rest random.
    static func version7(at now: Date) -> UUID {
        var bytes = UUID().uuid  // version 4: the random bits and the variant are right already
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        bytes.0 = UInt8(truncatingIfNeeded: milliseconds >> 40)
        bytes.1 = UInt8(truncatingIfNeeded: milliseconds >> 32)
        bytes.2 = UInt8(truncatingIfNeeded: milliseconds >> 24)
        bytes.3 = UInt8(truncatingIfNeeded: milliseconds >> 16)
        bytes.4 = UInt8(truncatingIfNeeded: milliseconds >> 8)
        bytes.5 = UInt8(truncatingIfNeeded: milliseconds)
        bytes.6 = 0x70 | bytes.6 & 0x0F
        return UUID(uuid: bytes)
    }
}
