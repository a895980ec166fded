// SPDX-License-Identifier: Apache-2.0

/// What keeps the audit from waiting, from memory without end, and from costing more than the stamps.
struct AuditLimits: Equatable, Sendable {
    /// No stamp without its record: handed over before the reply, and refused where it would find no place. `Audit` enforces
    /// it.
    var isRequired = false
    /// Records that the journal did not take yet, half of them for refusals at most. `Audit`'s ring enforces it.
    var maximumWaitingRecords = 1024
    /// Refusals of one account that are written; of the log, lines in all. `RefusalWindows` and `Log` enforce it.
    var refusals = RefusalRate()
    /// Longer payloads are not looked through: it would cost more than their signature. `PayloadSubject` enforces it.
    var maximumPayloadBytes = 64 * 1024
    /// How long the journal may take what waits at the end. `Audit` enforces it.
    var drainTimeoutSeconds: Int64 = 1
}
