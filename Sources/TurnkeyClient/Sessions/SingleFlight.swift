// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Does one thing at a time for a key, once for everyone who wishes the same at the same time.
///
/// Whoever comes with the same wish while it is under way gets its result too; whoever comes with another waits for its
/// end, and then has their own done. It is cancelled when the last who waits for it is; whoever comes after that waits
/// for its end, and has it done anew.
actor SingleFlight<Value: Sendable> {
    private struct Flight {
        let wish: Wish
        let task: Task<Result<Value, TurnkeyError>, Never>
        var waiting = 0
    }

    private var flights: [String: Flight] = [:]

    func run(
        _ key: String,
        _ wish: Wish = Wish(),
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) async throws(TurnkeyError) -> Value {
        try await waitForOthers(key, wish)
        let task = join(key, wish, operation)
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
        _ wish: Wish,
        _ operation: @escaping @Sendable () async throws(TurnkeyError) -> Value
    ) -> Task<Result<Value, TurnkeyError>, Never> {
        var flight = flights[key] ?? Flight(wish: wish, task: Task { await Self.attempt(operation) })
        flight.waiting += 1
        flights[key] = flight
        return flight.task
    }

    /// What is abandoned comes to "cancelled", and nobody who comes now was; what others wish is not what was asked.
    private func waitForOthers(_ key: String, _ wish: Wish) async throws(TurnkeyError) {
        while let flight = flights[key], flight.waiting == 0 || flight.wish != wish {
            _ = await flight.task.value
            guard !Task.isCancelled else { throw .cancelled }
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

/// All that a caller asks for, to be compared with what another asks for.
///
/// Two closures cannot be compared: a wish that holds one is like no other.
struct Wish: Sendable, Hashable {
    private let values: [String]
    private let unique: UUID?

    init(_ values: String..., hasClosure: Bool = false) {
        self.values = values
        unique = hasClosure ? UUID() : nil
    }
}
