// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A time span on the command line: a number of milliseconds, or a number with `ms` or `s`.
struct Latency: ExpressibleByArgument {
    static let none = Latency(duration: .zero)

    let duration: Duration

    /// An hour: a longer one is a slip of the finger.
    private static let limitMilliseconds = 3_600_000.0

    private init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let scale: Double
        switch argument.dropFirst(digits.count) {
        case "", "ms": scale = 1
        case "s": scale = 1000
        default: return nil
        }
        guard let number = Double(digits), number * scale <= Self.limitMilliseconds else { return nil }
        duration = .milliseconds(number * scale)
    }

    var defaultValueDescription: String { "0" }
}
