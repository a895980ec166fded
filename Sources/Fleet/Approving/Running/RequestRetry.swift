// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient

/// Repeats requests that the API asks to repeat later.
enum RequestRetry {
    private static let attempts = 6
    private static let longestPause = Duration.seconds(8)

    /// Runs `work`, and repeats it where its error is worth another try. The pauses double, from half a second, and vary at
    /// random, so that clients that were refused together do not return together.
    static func trying<Result>(
        _ work: () async throws(TurnkeyError) -> Result
    ) async throws(TurnkeyError) -> Result {
        var pause = Duration.milliseconds(500)
        for _ in 1..<attempts {
            do throws(TurnkeyError) { return try await work() } catch {
                // A submission that the API may have taken is not repeated here: the API's list of keys tells.
                guard error.fallback == .retry, error.isRefusal else { throw error }
            }
            let jitter = Double.random(in: 0.5...1)
            guard (try? await Task.sleep(for: pause * jitter)) != nil else { throw .cancelled }
            pause = min(pause * 2, longestPause)
        }
        return try await work()
    }
}

extension TurnkeyError {
    /// Whether the API answered, and did not carry out the request.
    fileprivate var isRefusal: Bool {
        if case .api = self { true } else { false }
    }
}
