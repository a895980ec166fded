// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals

/// Waits for SIGTERM or SIGINT. Once it is created, neither ends the process by itself.
struct Termination {
    private let signals: AsyncStream<Void>
    private let caught: [CaughtSignal]

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        self.signals = signals
        caught = [SIGTERM, SIGINT].map { CaughtSignal($0) { _ in continuation.finish() } }
    }

    /// Returns when a signal has come.
    func wait() async {
        for await _ in signals {}
    }
}
