// SPDX-License-Identifier: Apache-2.0

/// The limits on rule sets, as the reference states them.
package enum RuleLimits {
    /// The longest name: 48 bytes.
    package static let maximumNameByteCount = 48
    /// The most rules in a set.
    package static let maximumRuleCount = 256
    /// The most texts or numbers in a list.
    package static let maximumListCount = 4096
    /// The most conditions in a rule.
    package static let maximumConditionCount = 32
    /// The seconds that `fresh` may allow in the past.
    package static let freshPast: ClosedRange<Int64> = 0...3600
    /// The seconds that `fresh` may allow in the future.
    package static let freshFuture: ClosedRange<Int64> = 0...300
    /// The seconds that a limit's window may have: up to 31 days.
    package static let limitWindow: ClosedRange<Int64> = 1...2_678_400
    /// The stamps that a limit may allow in a window.
    package static let limitCount: ClosedRange<Int64> = 1...1_000_000
    /// The seconds that a confirmation may wait.
    package static let confirmTimeout: ClosedRange<Int64> = 1...600
    /// The most limits in a frame, counted by name.
    package static let maximumLimitCount = 32
    /// The most counters in a frame.
    package static let maximumCounterCount = 1024
    /// The longest value that a confirmation shows, in bytes of JSON text.
    package static let maximumShownByteCount = 200
    /// The longest pointer that a refusal names, in bytes.
    package static let maximumPointerByteCount = 200
    /// The number of faults after which a report ends.
    package static let maximumFaultCount = 100
}
