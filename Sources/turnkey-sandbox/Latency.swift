// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A time span on the command line: a number of milliseconds, or a number with `ms` or `s`.
struct Latency: ExpressibleByArgument {
    static let none = Latency(duration: .zero)

    let duration: Duration

    /// The longest: an hour. A longer one is taken for a mistake.
    private static let limitMilliseconds = 3_600_000.0

    private init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let parts = argument.wholeMatch(of: #/((?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(ms|s)?/#),
            let number = Double(parts.1), case let milliseconds = parts.2 == "s" ? number * 1000 : number,
            milliseconds <= Self.limitMilliseconds
        else { return nil }
        duration = .milliseconds(milliseconds)
    }

    var defaultValueDescription: String { "0" }
}
