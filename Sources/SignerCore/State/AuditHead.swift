// SPDX-License-Identifier: Apache-2.0

/// The position of a frame's audit: what the next record continues.
package struct AuditHead: Equatable, Sendable {
    /// The last record's number; 0 before the first.
    package var sequence: Int64 = 0
    /// The last record's link of the chain.
    package var chain = ChainValue.start
    /// How many records were lost since the chain began, as reported in the audit.
    package var lost: Int64 = 0
    /// How many numbered records were neither given to the journal nor reported lost. They are lost if the process
    /// ends.
    package var waiting: Int64 = 0

    /// Creates the head of a new chain.
    package init() {}

    /// Creates a head from its fields.
    package init(sequence: Int64, chain: ChainValue, lost: Int64, waiting: Int64) {
        self.sequence = sequence
        self.chain = chain
        self.lost = lost
        self.waiting = waiting
    }
}
