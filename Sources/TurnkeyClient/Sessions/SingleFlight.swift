// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs one operation at a time for each key, and shares it among concurrent callers who ask for the same.
///
/// A caller with equal arguments gets the running operation's result; a caller with other arguments waits for its end
/// and then runs its own. The operation is cancelled when the last caller who waits for it is; a caller who comes after
/// that waits for its end and runs it anew.
actor SingleFlight<Value: Sendable> {
    private struct Flight {
        let arguments: FlightArguments
        let task: Task<Result<Value, TurnkeyError>, Never>
        var waiting = 0
    }

    private var flights: [String: Flight] = [:]

    func run(
        _ key: String,
        _ arguments: FlightArguments = FlightArguments(),
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) async throws(TurnkeyError) -> Value {
        try await waitForOthers(key, arguments)
        let task = join(key, arguments, operation)
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
        _ arguments: FlightArguments,
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) -> Task<Result<Value, TurnkeyError>, Never> {
        var flight = flights[key] ?? Flight(arguments: arguments, task: Task { await Self.attempt(operation) })
        flight.waiting += 1
        flights[key] = flight
        return flight.task
    }

    /// Waits for an operation with other arguments to end, and for an abandoned one, whose result would be "cancelled".
    private func waitForOthers(_ key: String, _ arguments: FlightArguments) async throws(TurnkeyError) {
        while let flight = flights[key], flight.waiting == 0 || flight.arguments != arguments {
            _ = await flight.task.value
            guard !Task.isCancelled else { throw .cancelled }
            if flights[key]?.task == flight.task { flights[key] = nil }
        }
    }

    /// Counts a caller who was cancelled. By then `task` may have ended, and the key may have another operation.
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

/// Everything that a caller asks of an operation, so that two callers can be compared.
///
/// Closures cannot be compared, so arguments with one differ from all others.
struct FlightArguments: Sendable, Hashable {
    private let values: [String]
    private let unique: UUID?

    init(_ values: String..., hasClosure: Bool = false) {
        self.values = values
        unique = hasClosure ? UUID() : nil
    }
}
