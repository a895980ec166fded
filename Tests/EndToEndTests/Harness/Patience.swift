// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How many seconds a test waits for what must come. A machine that has other work takes its time; only a test that fails
/// waits so long.
let patience = 300.0

/// What a wait ends in when its time is over; each wait has a bound.
struct WaitTimedOut: Error {
    let what: String
}

/// Asks, on a thread that may wait, until `holds` or until patience ends.
func waitUntil(_ what: @autoclosure () -> String, _ holds: () throws -> Bool) throws {
    let end = ContinuousClock.now + .seconds(patience)
    while try !holds() {
        guard ContinuousClock.now < end else { throw WaitTimedOut(what: what()) }
        usleep(1000)
    }
}
