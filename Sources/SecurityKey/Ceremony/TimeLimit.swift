// SPDX-License-Identifier: Apache-2.0

/// Cancels work when its time is up, and reports that as a time-out.
struct TimeLimit {
    private enum Event<Answer: Sendable>: Sendable {
        case ended(Result<Answer, SecurityKeyError>)
        case timeIsUp
        case stoppedCounting
    }

    private let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// Waits until `work` has ended, even if that is late, so that nothing runs on unnoticed.
    ///
    /// - Returns: The result of `work`; `timedOut` in place of `cancelled` and `connectionLost` if its time was up.
    func run<Answer: Sendable>(
        _ work: @escaping @Sendable () async -> Result<Answer, SecurityKeyError>
    ) async -> Result<Answer, SecurityKeyError> {
        // On a busy machine libfido2's own timer may fire first; then the clock tells that it was a time-out.
        let end = ContinuousClock.now.advanced(by: duration)
        return await withTaskGroup(of: Event<Answer>.self) { group in
            group.addTask { .ended(await work()) }
            group.addTask { await count() }
            var isLate = false
            var result: Result<Answer, SecurityKeyError> = .failure(.cancelled)
            for await event in group {
                group.cancelAll()
                switch event {
                case .timeIsUp: isLate = true
                case .stoppedCounting: continue
                case .ended(let ended): result = ended
                }
            }
            if ContinuousClock.now >= end { isLate = true }
            return isLate && result.isGivenUp ? .failure(.timedOut) : result
        }
    }

    private func count<Answer>() async -> Event<Answer> {
        do {
            try await Task.sleep(for: duration)
            return .timeIsUp
        } catch {
            return .stoppedCounting
        }
    }
}

extension Result where Failure == SecurityKeyError {
    /// Whether the error means that the key was told to stop, or did not answer in time.
    fileprivate var isGivenUp: Bool {
        switch self {
        case .failure(.cancelled), .failure(.connectionLost): true
        default: false
        }
    }
}
