// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals
import Testing

@Suite("a caught signal", .serialized, .timeLimit(.minutes(5)))
struct CaughtSignalTests {
    /// By default it has no effect: where it is not caught it is lost, and ends nothing.
    private static let number = SIGWINCH

    @Test("is caught from the first one on, again and again") func atOnce() async throws {
        for _ in 0..<500 {
            let (signals, come) = AsyncStream.makeStream(of: CInt.self)
            let caught = try CaughtSignal(Self.number) { number, _ in come.yield(number) }
            kill(getpid(), Self.number)
            #expect(await signals.first { _ in true } == Self.number)
            caught.cancel()
        }
    }

    @Test("has its default effect again once that is cancelled")
    func cancelled() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            try CaughtSignal(SIGTERM) { _, _ in exit(0) }.cancel()
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
    }

    @Test("is told apart from one that the process ignores") func ignored() {
        signal(SIGURG, SIG_IGN)
        defer { signal(SIGURG, SIG_DFL) }
        #expect(CaughtSignal.isIgnored(SIGURG) && !CaughtSignal.isIgnored(Self.number))
    }
}
