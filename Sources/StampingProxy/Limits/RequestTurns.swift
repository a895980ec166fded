// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Limits how many requests run at once, and gives waiting ones their turn round robin by account.
final class RequestTurns: Sendable {
    private struct State {
        var running: [RequestAccount: Int] = [:]
        /// The waiting requests of each account, oldest first.
        var waiting: [RequestAccount: [CheckedContinuation<Void, Never>]] = [:]
        /// The accounts with waiting requests, in the order of their turns.
        var order: [RequestAccount] = []
    }

    private let limit: Int
    private let limitPerAccount: Int
    private let state = Mutex(State())

    /// Creates turns. Of at most `limit` requests at once, `limitPerAccount` may be one account's. An account that has
    /// none running may always run one.
    init(limit: Int, limitPerAccount: Int) {
        (self.limit, self.limitPerAccount) = (limit, limitPerAccount)
    }

    /// Runs `work` when it is the account's turn.
    func run<Result, Failure: Error>(
        _ account: RequestAccount,
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        await wait(for: account)
        defer { leave(account) }
        return try await work()
    }

    private func wait(for account: RequestAccount) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isRunning = state.withLock { state in
                guard state.waiting[account] != nil || !mayRun(account, state) else {
                    state.running[account, default: 0] += 1
                    return true
                }
                if state.waiting[account] == nil { state.order.append(account) }
                state.waiting[account, default: []].append(continuation)
                return false
            }
            if isRunning { continuation.resume() }
        }
    }

    private func leave(_ account: RequestAccount) {
        let next = state.withLock { state in
            let left = state.running[account, default: 1] - 1
            state.running[account] = left == 0 ? nil : left
            return takeNext(&state)
        }
        for continuation in next { continuation.resume() }
    }

    private func mayRun(_ account: RequestAccount, _ state: borrowing State) -> Bool {
        let own = state.running[account, default: 0]
        return own == 0 || own < limitPerAccount && state.running.values.reduce(0, +) < limit
    }

    private func takeNext(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        var next: [CheckedContinuation<Void, Never>] = []
        while let index = state.order.firstIndex(where: { mayRun($0, state) }) {
            let account = state.order.remove(at: index)
            guard var waiting = state.waiting[account], !waiting.isEmpty else { continue }
            next.append(waiting.removeFirst())
            state.running[account, default: 0] += 1
            state.waiting[account] = waiting.isEmpty ? nil : waiting
            if !waiting.isEmpty { state.order.append(account) }
        }
        return next
    }
}
