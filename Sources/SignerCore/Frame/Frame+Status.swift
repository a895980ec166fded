// SPDX-License-Identifier: Apache-2.0

/// What a status report tells of a frame.
extension Frame {
    /// How many sessions are alive.
    package var sessionCount: Int { sessions.count }

    /// When the first of the sessions ends; nil if there is none.
    package var soonestDeadline: BootInstant? { sessions.lazy.map(\.deadline).min() }
}
