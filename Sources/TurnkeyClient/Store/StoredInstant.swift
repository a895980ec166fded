// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A moment of the continuous clock as it is written down: it means something only until the machine is restarted.
struct StoredInstant: Codable, Sendable {
    private let instant: ContinuousClock.Instant
    /// `/proc/sys/kernel/random/boot_id` (random(4)).
    private let bootId: String

    /// `nil` where the kernel does not say which boot this is.
    init?(_ instant: ContinuousClock.Instant) {
        guard let bootId = Self.currentBootId else { return nil }
        (self.instant, self.bootId) = (instant, bootId)
    }

    /// `nil` where the machine was restarted since.
    ///
    /// `nil` as well for a moment so far away that no difference of it could be counted.
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
