// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// Shows that the sanitizer finds a race, and none where a mutex is wanted by several threads at once.
@main struct Control {
    final class Counts: Sendable {
        nonisolated(unsafe) var bare = 0
        let protected = Mutex(0)
    }

    static func main() {
        let (counts, isRace) = (Counts(), CommandLine.arguments.contains("race"))
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<20_000 {
                if isRace { counts.bare += 1 } else { counts.protected.withLock { $0 += 1 } }
            }
        }
        print(isRace ? counts.bare : counts.protected.withLock { $0 })
    }
}
