// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals
import Synchronization

/// Cancels a question on Ctrl-C: page, key and terminal are left in order before the process ends by that signal.
enum Interruption {
    /// Runs `work`, which SIGINT and SIGTERM cancel, unless this process was started with them ignored (nohup(1), a
    /// shell's background). A result that comes in spite of them counts.
    static func cancelling<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let interrupted = Interrupted()
        let signals = try catching([SIGINT, SIGTERM]) { number, _ in interrupted.come(number) }
        defer { for signal in signals { signal.cancel() } }
        let task = Task { try await work() }
        interrupted.cancel { task.cancel() }
        do { return try await task.value } catch {
            if let number = interrupted.number { CaughtSignal.endProcess(by: number) }
            throw error
        }
    }

    /// Catches each of these signals that this process does not ignore.
    static func catching(_ numbers: [CInt], _ handler: @escaping CaughtSignal.Handler) throws(Failure) -> [CaughtSignal]
    {
        do throws(CaughtSignal.Unavailable) {
            return try numbers.filter { !CaughtSignal.isIgnored($0) }.map { (number) throws(CaughtSignal.Unavailable) in
                try CaughtSignal(number, handler)
            }
        } catch { throw Failure("cannot catch signals: \(describe(error.code))", status: .tryAgain) }
    }

    /// The signal that came last, and what it cancels.
    private final class Interrupted: Sendable {
        private struct State {
            var number: CInt?
            var cancel: (@Sendable () -> Void)?
        }

        private let state = Mutex(State())

        var number: CInt? { state.withLock { $0.number } }

        func come(_ number: CInt) {
            let cancel = state.withLock { state in
                state.number = number
                return state.cancel
            }
            cancel?()
        }

        /// Has a signal call `cancel`; at once if one came already.
        func cancel(_ cancel: @escaping @Sendable () -> Void) {
            let hasCome = state.withLock { state in
                state.cancel = cancel
                return state.number != nil
            }
            if hasCome { cancel() }
        }
    }
}
