// SPDX-License-Identifier: Apache-2.0

/// Does one thing once for everyone who asks for it at the same time.
///
/// Whoever comes while it is under way gets its result too. It is cancelled when the last who waits for it is.
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
        let task = join(key, operation)
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            Task { await self.abandon(key) }
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

    private func abandon(_ key: String) {
        guard var flight = flights[key] else { return }
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
