// SPDX-License-Identifier: Apache-2.0
import Glibc
import Signals

/// Stops the demo's processes on Ctrl-C and similar signals, before it ends.
enum Interruptions {
    static func clear(_ processes: DemoProcesses) throws {
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            _ = try CaughtSignal(number) { number, _ in
                processes.clear()
                exit(128 + number)
            }
        }
    }
}
