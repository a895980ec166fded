// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc
import Synchronization

/// Ctrl-C while somebody is asked: page, key and terminal are left in order before the process ends by that signal.
enum Interruption {
    /// Does `work`; SIGINT and SIGTERM cancel it, unless whoever started this process has them ignored (nohup(1), a shell's
    /// background). What has succeeded in spite of them counts.
    static func cancelling<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        let caught = Caught()
        let sources = [SIGINT, SIGTERM].compactMap { number -> (any DispatchSourceSignal)? in
            guard !isIgnored(signal(number, SIG_IGN)) else { return nil }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                caught.number.store(number, ordering: .relaxed)
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        do { return try await task.value } catch {
            let number = caught.number.load(ordering: .relaxed)
            if number != 0 { end(by: number) }
            throw error
        }
    }

    private static func isIgnored(_ handler: (@convention(c) (CInt) -> Void)?) -> Bool {
        unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Not by an exit: a shell's loop goes on after a program that exited.
    private static func end(by number: CInt) {
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
