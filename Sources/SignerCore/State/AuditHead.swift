// SPDX-License-Identifier: Apache-2.0

/// Where a frame's audit stands.
package struct AuditHead: Equatable, Sendable {
    /// The number of the last record; 0 before the first.
    package var sequence: Int64 = 0
    package var chain = ChainValue.start
    /// Records that were lost since the chain began, and told of.
    package var lost: Int64 = 0
    /// Numbered records that were neither handed over to the journal nor told of as lost: they end with the process.
    package var waiting: Int64 = 0

    package init() {}

    package init(sequence: Int64, chain: ChainValue, lost: Int64, waiting: Int64) {
        self.sequence = sequence
        self.chain = chain
        self.lost = lost
        self.waiting = waiting
    }
}
