// SPDX-License-Identifier: Apache-2.0
import Glibc
import StampClient

/// Says at a terminal that a stamp waits for a confirmation, if that may be why nothing happens.
enum ConfirmationNotice {
    /// How long to wait before saying so: longer than a stamp takes.
    private static let pause = Duration.seconds(2)

    /// Runs `work`. If that takes a while, and the frame reports a stamp that waits for a confirmation, says so.
    static func telling<Result>(
        _ frame: StampClient,
        isWanted: Bool = isatty(STDERR_FILENO) == 1,
        pause: Duration = Self.pause,
        say: @escaping @Sendable (String) -> Void = { StandardError.write($0) },
        _ work: () async throws -> Result
    ) async rethrows -> Result {
        guard isWanted else { return try await work() }
        let notice = Task {
            while (try? await Task.sleep(for: pause)) != nil {
                guard let waiting = try? await frame.getStatus().waiting, waiting > 0 else { continue }
                return say("stampctl: a stamp waits for a confirmation: \"stampctl confirm\", at the control socket")
            }
        }
        defer { notice.cancel() }
        return try await work()
    }
}
