// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What an opener announced.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) { lines.withLock { $0.append(line) } }
}
