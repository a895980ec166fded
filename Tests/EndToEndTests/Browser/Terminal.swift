// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import Synchronization

/// What a command line would show: the lines that a page's opener announces.
final class Terminal: Sendable {
    private let lines = Mutex<[String]>([])

    var text: [String] { lines.withLock { $0 } }

    /// An opener that leaves the opening to the test.
    var opener: PageOpener { opener(.printing, environment: [:]) }

    func opener(_ way: PageOpener.Way, environment: [String: String]) -> PageOpener {
        PageOpener(way, environment: environment) { [self] line in lines.withLock { $0.append(line) } }
    }

    /// Waits for the next address that is announced, and takes what was announced until then.
    func takeURL() async throws -> String {
        try await System.poll("an address") {
            lines.withLock { lines in
                guard let index = lines.firstIndex(where: { $0.hasPrefix("http") }) else { return nil }
                defer { lines.removeSubrange(...index) }
                return lines[index]
            }
        }
    }

    /// The fingerprint that was announced before the address.
    var fingerprint: String? {
        text.compactMap { $0.firstMatch(of: /(?:[0-9A-F]{4}-){4}[0-9A-F]{4}$/)?.output }.last.map(String.init)
    }
}
