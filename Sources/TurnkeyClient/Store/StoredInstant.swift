// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A moment of the continuous clock as it is stored; it loses its meaning when the machine is restarted.
struct StoredInstant: Codable, Sendable {
    private let instant: ContinuousClock.Instant
    /// `/proc/sys/kernel/random/boot_id` (random(4)).
    private let bootId: String

    /// Records a moment; `nil` if the kernel does not tell the boot's id.
    init?(_ instant: ContinuousClock.Instant) {
        guard let bootId = Self.currentBootId else { return nil }
        (self.instant, self.bootId) = (instant, bootId)
    }

    /// The moment; `nil` if the machine was restarted since, and for a moment so far away that differences would
    /// overflow.
    var value: ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let near = (now - Self.far)...(now + Self.far)
        return bootId == Self.currentBootId && near.contains(instant) ? instant : nil
    }

    private static let far = Duration.seconds(1_000_000_000_000)

    private static let currentBootId: String? = FileManager.default
        .contents(atPath: "/proc/sys/kernel/random/boot_id")
        .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
}
