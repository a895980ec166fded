// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals

/// Stops the demo's processes on Ctrl-C and similar signals, before it ends.
struct Interruptions {
    private let caught: [CaughtSignal]

    init(clearing processes: DemoProcesses) {
        signal(SIGPIPE, SIG_IGN)
        caught = [SIGINT, SIGTERM, SIGHUP].map { number in
            CaughtSignal(number) { number in
                processes.clear()
                exit(128 + number)
            }
        }
    }
}
