// SPDX-License-Identifier: Apache-2.0

/// Ends work by cancelling it when its time is up, and says so.
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

    /// Waits until `work` has ended, also where that is late: nothing goes on behind its caller's back.
    ///
    /// - Returns: The result of `work`; `timedOut` in place of `cancelled` where its time was up.
    func run<Answer: Sendable>(
        _ work: @escaping @Sendable () async -> Result<Answer, SecurityKeyError>
    ) async -> Result<Answer, SecurityKeyError> {
        await withTaskGroup(of: Event<Answer>.self) { group in
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
            return isLate && result.isCancelled ? .failure(.timedOut) : result
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
    fileprivate var isCancelled: Bool {
        guard case .failure(.cancelled) = self else { return false }
        return true
    }
}
