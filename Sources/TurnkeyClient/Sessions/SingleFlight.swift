// SPDX-License-Identifier: Apache-2.0

/// Does one thing once for everyone who asks for it at the same time.
///
/// Whoever comes while it is under way gets its result too. It is cancelled when the last who waits for it is; whoever
/// comes after that waits for its end, and has it done anew.
actor SingleFlight<Value: Sendable> {
    private struct Flight {
        let task: Task<Result<Value, TurnkeyError>, Never>
        var waiting = 0
    }

    private var flights: [String: Flight] = [:]

    func run(
        _ key: String,
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) async throws(TurnkeyError) -> Value {
        await waitForAbandoned(key)
        let task = join(key, operation)
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            Task { await self.abandon(key, task) }
        }
        if flights[key]?.task == task { flights[key] = nil }
        return try result.get()
    }

    private func join(
        _ key: String,
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) -> Task<Result<Value, TurnkeyError>, Never> {
        var flight = flights[key] ?? Flight(task: Task { await Self.attempt(operation) })
        flight.waiting += 1
        flights[key] = flight
        return flight.task
    }

    /// Its result would be that it was cancelled, and nobody who comes now was.
    private func waitForAbandoned(_ key: String) async {
        while let flight = flights[key], flight.waiting == 0 {
            _ = await flight.task.value
            if flights[key]?.task == flight.task { flights[key] = nil }
        }
    }

    /// By then `task` may have ended, and the key be another's.
    private func abandon(_ key: String, _ task: Task<Result<Value, TurnkeyError>, Never>) {
        guard var flight = flights[key], flight.task == task else { return }
        flight.waiting -= 1
        flights[key] = flight
        if flight.waiting == 0 { flight.task.cancel() }
    }

    private static func attempt(
        _ operation: @Sendable () async throws(TurnkeyError) -> Value
    ) async -> Result<Value, TurnkeyError> {
        do throws(TurnkeyError) {
            return .success(try await operation())
        } catch {
            return .failure(error)
        }
    }
}
