// SPDX-License-Identifier: Apache-2.0
import Glibc
import StampClient

/// Says at a terminal that a stamp waits for somebody, where that may be why nothing happens.
enum AwaitedYes {
    /// Longer than a stamp takes.
    private static let pause = Duration.seconds(2)

    /// Does `work`; once it has taken a while, and the frame says that a stamp waits for a yes, says so.
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
                return say("stampctl: a stamp waits for somebody's yes: \"stampctl confirm\", at the control socket")
            }
        }
        defer { notice.cancel() }
        return try await work()
    }
}
