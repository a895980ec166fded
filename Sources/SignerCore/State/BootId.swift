// SPDX-License-Identifier: Apache-2.0

/// The id of one boot of the machine (`/proc/sys/kernel/random/boot_id`, `%b` in a unit). A moment of CLOCK_BOOTTIME
/// has no meaning in another boot.
package struct BootId: Hashable, Sendable {
    let bytes: [UInt8]

    /// The length of an id: 16 bytes.
    package static let byteCount = 16
    /// The length of an id in hex: 32 digits.
    package static let hexByteCount = 32

    /// Reads 32 lower-case hex digits; nil for anything else.
    package init?(hex: Span<UInt8>) {
        guard hex.count == Self.hexByteCount else { return nil }
        var bytes: [UInt8] = []
        for index in 0..<Self.byteCount {
            guard let high = Hex.value(of: hex[2 * index]), let low = Hex.value(of: hex[2 * index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }
}
