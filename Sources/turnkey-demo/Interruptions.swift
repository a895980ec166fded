// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Ctrl-C and its like clear the stage before they end the demo; nothing that it began outlives it.
struct Interruptions {
    private let sources: [any DispatchSourceSignal]

    init(clearing stage: Stage) {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                stage.clear()
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
