// SPDX-License-Identifier: Apache-2.0

/// What keeps the audit from waiting, from memory without end, and from costing more than the stamps.
struct AuditLimits: Equatable, Sendable {
    /// No stamp without its record: handed over before the reply, and refused where it would find no place.
    var isRequired = false
    /// Records that the journal did not take yet, half of them for refusals at most.
    var maximumWaitingRecords = 1024
    /// Of one user; the log's lines in all.
    var refusals = RefusalRate()
    /// Longer payloads are not looked through: it would cost more than their signature.
    var maximumPayloadBytes = 64 * 1024
    /// How long the journal may take what waits at the end.
    var drainTimeoutSeconds: Int64 = 1
}
