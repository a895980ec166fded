// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Stops the demo's processes on Ctrl-C and similar signals, before it ends.
struct Interruptions {
    private let sources: [any DispatchSourceSignal]

    init(clearing processes: DemoProcesses) {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                processes.clear()
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
