// SPDX-License-Identifier: Apache-2.0

/// Limits that keep the audit from blocking, from unbounded memory, and from costing more than the stamps.
struct AuditLimits: Equatable, Sendable {
    /// Whether a stamp needs a record, handed over before the reply, and is refused if there is no room for the record.
    /// `Audit` enforces it.
    var isRequired = false
    /// How many records may wait for the journal, of which refusals may take half. `Audit`'s ring enforces it.
    var maximumWaitingRecords = 1024
    /// How many refusals of one account are recorded, and how many log lines are written in all. `RefusalWindows` and
    /// `Log` enforce it.
    var refusals = RefusalRate()
    /// The longest payload that is read for the record's fields; reading a longer one would cost more than its
    /// signature. `PayloadSubject` enforces it.
    var maximumPayloadBytes = 64 * 1024
    /// How long the journal may take what still waits at the process's end. `Audit` enforces it.
    var drainTimeoutSeconds: Int64 = 1
}
