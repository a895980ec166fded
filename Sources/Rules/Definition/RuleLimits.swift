// SPDX-License-Identifier: Apache-2.0

/// What a rule set may hold; the numbers of its reference.
package enum RuleLimits {
    package static let maximumNameByteCount = 48
    package static let maximumRuleCount = 256
    /// Of a list's texts or numbers.
    package static let maximumListCount = 4096
    package static let maximumConditionCount = 32
    package static let freshPast: ClosedRange<Int64> = 0...3600
    package static let freshFuture: ClosedRange<Int64> = 0...300
    package static let limitWindow: ClosedRange<Int64> = 1...2_678_400
    package static let limitCount: ClosedRange<Int64> = 1...1_000_000
    package static let confirmTimeout: ClosedRange<Int64> = 1...600
    /// Limits in one frame, by their names.
    package static let maximumLimitCount = 32
    /// Counters in one frame.
    package static let maximumCounterCount = 1024
    /// Of a value that a confirmation shows, as JSON text.
    package static let maximumShownByteCount = 200
    /// Of the pointer that a refusal names.
    package static let maximumPointerByteCount = 200
    /// After so many a report ends.
    package static let maximumFaultCount = 100
}
