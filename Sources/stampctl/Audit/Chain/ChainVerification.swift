// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Verifies the records of one unit, in the journal's order: that each has the number after the last one's, is chained
/// to it, and was written by the frame's own process.
struct ChainVerification {
    enum Flaw: String, Encodable, CaseIterable {
        /// No record has these numbers.
        case missing
        /// A record differs from what was written.
        case changed
        /// A number occurred before.
        case repeated
        /// A record stands behind one with a higher number.
        case reordered
        /// Another process of the unit wrote the record.
        case forged
    }

    struct Finding: Encodable, Equatable {
        let flaw: Flaw
        /// The first number that the finding is about; nil for a record without one.
        let sequence: Int?
        /// How many records the finding is about.
        let count: Int
        /// When the journal received the record; for missing ones, the one behind them.
        let time: String?
    }

    /// The frame's own report of its last record.
    struct Head: Equatable {
        let sequence: Int
        let value: Data
    }

    enum HeadResult: String, Encodable {
        /// The journal's records lead to it.
        case matches
        /// The journal's record with that number differs.
        case differs
        /// The record with that number is not in the journal.
        case missing
        /// The head could not be read.
        case unknown
    }

    private(set) var findings: [Finding] = []
    /// For each flaw, how many records have it.
    private(set) var counts: [Flaw: Int] = [:]
    private(set) var recordCount = 0
    private(set) var chainCount = 0
    /// The numbers of the last chain.
    private(set) var sequences: ClosedRange<Int>?
    /// Whether the first record's own predecessor was not read.
    private(set) var isStartOpen = false
    /// How many records the frame itself reported lost.
    private(set) var toldLostCount = 0
    private let head: Head?
    private let isWindow: Bool
    private var isHeadMet: Bool?
    private var chain: Chain?

    /// The most findings that are listed; further ones are only counted.
    static let maximumFindings = 1000

    /// Creates a verification.
    ///
    /// - Parameters:
    ///   - head: The frame's head, read before the journal, so that its record is there.
    ///   - isWindow: Whether records before the first one read were not asked for.
    init(head: Head?, isWindow: Bool) { (self.head, self.isWindow) = (head, isWindow) }

    /// Takes a record of the unit.
    mutating func take(_ entry: ChainEntry) {
        guard let chain, entry.event != "auditStarted" || entry.sequence != 1 || entry.value == chain.firstValue else {
            return begin(with: entry)
        }
        // If the first records after a restart were lost, a gap is the only sign of the restart.
        let mayBeNew = entry.event == "auditResumed" || entry.sequence > chain.last + 1
        guard mayBeNew || chain.writers.contains(entry.writer) else {
            return note(.forged, entry.sequence, time: entry.time)
        }
        self.chain?.writers.insert(entry.writer)
        switch entry.sequence {
        case chain.last + 1:
            if !entry.follows(chain.lastValue) { note(.changed, entry.sequence, time: entry.time) }
        case (chain.last + 2)...:
            let numbers = chain.last + 1...entry.sequence - 1
            self.chain?.gaps.append(Gap(numbers: numbers, before: chain.lastValue, after: entry))
        default: return takeLate(entry)
        }
        self.chain?.last = entry.sequence
        self.chain?.lastValue = entry.value
        count(entry)
    }

    /// Takes a record of the unit that has no number, between others that have one.
    mutating func takeUnnumbered(time: String?) {
        if chain != nil { note(.forged, nil, time: time) }
    }

    /// Finds what is missing, after every record was read.
    mutating func finish() -> HeadResult {
        let last = chain?.last
        endChain()
        guard let head, last != nil || !isWindow else { return .unknown }
        guard let last, head.sequence <= last else {
            let first = (last ?? 0) + 1
            note(.missing, first, count: head.sequence - first + 1, time: nil)
            return .missing
        }
        guard let isHeadMet else { return .missing }
        return isHeadMet ? .matches : .differs
    }
}

extension ChainVerification {
    /// The records of one frame, from its first to its last. A restart with kept state continues it.
    private struct Chain {
        let firstValue: Data
        let first: Int
        var last: Int
        var lastValue: Data
        var writers: Set<ChainEntry.Writer>
        var gaps: [Gap] = []
    }

    /// Numbers that no record has yet.
    private struct Gap {
        var numbers: ClosedRange<Int>
        /// The value to which the first missing record is chained; nil if the record before is missing too.
        var before: Data?
        /// The record behind the last missing one; nil if that is missing too.
        var after: ChainEntry?
    }

    private mutating func begin(with entry: ChainEntry) {
        endChain()
        if entry.sequence == 1 {
            if !entry.follows(ChainEntry.start) { note(.changed, 1, time: entry.time) }
        } else {
            isStartOpen = true
        }
        chain = Chain(
            firstValue: entry.value,
            first: entry.sequence,
            last: entry.sequence,
            lastValue: entry.value,
            writers: [entry.writer]
        )
        chainCount += 1
        isHeadMet = nil
        count(entry)
    }

    private mutating func endChain() {
        guard let chain else { return }
        for gap in chain.gaps {
            note(.missing, gap.numbers.lowerBound, count: gap.numbers.count, time: gap.after?.time)
        }
        sequences = chain.first...chain.last
        self.chain = nil
    }

    private mutating func count(_ entry: ChainEntry) {
        recordCount += 1
        toldLostCount += entry.lost ?? 0
        if entry.sequence == head?.sequence { isHeadMet = entry.value == head?.value }
    }

    /// Takes a record whose number is not the next one.
    private mutating func takeLate(_ entry: ChainEntry) {
        guard let chain, entry.sequence >= chain.first else {
            count(entry)
            return note(.reordered, entry.sequence, time: entry.time)
        }
        guard let index = chain.gaps.firstIndex(where: { $0.numbers.contains(entry.sequence) }) else {
            return note(.repeated, entry.sequence, time: entry.time)
        }
        count(entry)
        note(.reordered, entry.sequence, time: entry.time)
        let gap = chain.gaps[index]
        let isFirst = entry.sequence == gap.numbers.lowerBound
        let isLast = entry.sequence == gap.numbers.upperBound
        if isFirst, let before = gap.before, !entry.follows(before) { note(.changed, entry.sequence, time: entry.time) }
        if isLast, let after = gap.after, !after.follows(entry.value) {
            note(.changed, after.sequence, time: after.time)
        }
        var rest: [Gap] = []
        if !isFirst {
            rest.append(Gap(numbers: gap.numbers.lowerBound...entry.sequence - 1, before: gap.before, after: entry))
        }
        if !isLast {
            let numbers = entry.sequence + 1...gap.numbers.upperBound
            rest.append(Gap(numbers: numbers, before: entry.value, after: gap.after))
        }
        self.chain?.gaps.replaceSubrange(index...index, with: rest)
    }

    private mutating func note(_ flaw: Flaw, _ sequence: Int?, count: Int = 1, time: String?) {
        counts[flaw, default: 0] += count
        guard findings.count < Self.maximumFindings else { return }
        findings.append(Finding(flaw: flaw, sequence: sequence, count: count, time: time))
    }
}
