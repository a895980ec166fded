// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals

/// Waits for SIGTERM or SIGINT. Once it is created, neither ends the process by itself.
struct Termination {
    private let signals: AsyncStream<Void>

    /// Throws if signals cannot be caught.
    init() throws(CaughtSignal.Unavailable) {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        self.signals = signals
        for number in [SIGTERM, SIGINT] { _ = try CaughtSignal(number) { _, _ in continuation.finish() } }
    }

    /// Returns when a signal has come.
    func wait() async {
        for await _ in signals {}
    }
}
