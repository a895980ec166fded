// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// Waits for SIGTERM or SIGINT. Once it is created, neither ends the process by itself.
struct Termination {
    private let signals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        self.signals = signals
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.finish() }
            source.resume()
            return source
        }
    }

    /// Returns when a signal has come.
    func wait() async {
        for await _ in signals {}
    }
}
