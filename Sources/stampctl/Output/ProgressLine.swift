// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// One line that says how far long work is, on a terminal alone; nothing of it is left there.
final class ProgressLine: Sendable {
    private let last = Mutex<ContinuousClock.Instant?>(nil)
    /// Shown no more often than this: a terminal far away would take longer than the work.
    private static let interval = Duration.milliseconds(100)

    /// Shows what `set` says for as long as `work` takes.
    func showing<Result>(_ work: () async throws -> Result) async rethrows -> Result {
        defer { StandardError.notice(nil) }
        return try await work()
    }

    func set(_ text: String) {
        let now = ContinuousClock.now
        let isDue = last.withLock { last in
            if let last, now - last < Self.interval { return false }
            last = now
            return true
        }
        if isDue { StandardError.notice(text) }
    }
}
