// SPDX-License-Identifier: Apache-2.0
import CLinux  // sigset_t, wherever a file of this module imports it
import Dispatch
import Glibc
import Synchronization

/// Cancels a question on Ctrl-C: page, key and terminal are left in order before the process ends by that signal.
enum Interruption {
    /// Runs `work`, which SIGINT and SIGTERM cancel, unless this process was started with them ignored (nohup(1), a
    /// shell's background). A result that comes in spite of them counts.
    static func cancelling<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        let caught = Caught()
        let numbers = [SIGINT, SIGTERM].filter { !isIgnored(signal($0, SIG_IGN)) }
        let sources = numbers.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                caught.number.store(number, ordering: .relaxed)
                task.cancel()
            }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in numbers { signal(number, SIG_DFL) }
        }
        do { return try await task.value } catch {
            let number = caught.number.load(ordering: .relaxed)
            if number != 0 { end(by: number) }
            throw error
        }
    }

    /// Whether a signal's handler, as signal(2) returns it, is to ignore the signal.
    static func isIgnored(_ handler: (@convention(c) (CInt) -> Void)?) -> Bool {
        unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Ends this process by a signal at its default, not by an exit, because a shell's loop continues after a program
    /// that exits.
    static func end(by number: CInt) {
        signal(number, SIG_DFL)
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, number)
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        raise(number)
    }

    private final class Caught: Sendable {
        let number = Atomic<CInt>(0)
    }
}
