// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// How many lines of a flood are written in each window of time. `RefusalWindow` enforces it.
struct RefusalRate: Equatable, Sendable {
    var maximumLines = 20
    var windowSeconds: Int64 = 10
}

/// Lets a number of lines through in each window of time, and counts the others.
struct RefusalWindow {
    var rate = RefusalRate()
    private var start: Int64 = 0
    private var written = 0
    private var leftOut = 0

    init(_ rate: RefusalRate = RefusalRate()) { self.rate = rate }

    /// Whether a line may be written now; otherwise it is counted.
    mutating func admits(at seconds: Int64) -> Bool {
        if seconds >= start + rate.windowSeconds {
            start = seconds
            written = 0
        }
        guard written < rate.maximumLines else {
            leftOut += 1
            return false
        }
        written += 1
        return true
    }

    /// Counts a line that is not written for another reason; returns false.
    mutating func leaveOut(at seconds: Int64) -> Bool {
        if seconds >= start + rate.windowSeconds {
            start = seconds
            written = 0
        }
        leftOut += 1
        return false
    }

    func isOver(at seconds: Int64) -> Bool { seconds >= start + rate.windowSeconds }

    var reportTime: BootInstant {
        leftOut == 0 ? .never : BootInstant(nanoseconds: 0).adding(seconds: start + rate.windowSeconds)
    }

    /// Takes the number of lines left out; zero until their window is over.
    mutating func takeLeftOut(at seconds: Int64) -> Int {
        guard seconds >= start + rate.windowSeconds else { return 0 }
        defer { leftOut = 0 }
        return leftOut
    }
}
