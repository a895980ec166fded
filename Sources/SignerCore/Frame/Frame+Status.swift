// SPDX-License-Identifier: Apache-2.0

/// What may be said of a frame without looking into it.
extension Frame {
    package var sessionCount: Int { sessions.count }

    /// When the first of the sessions ends; nil where there is none.
    package var soonestDeadline: BootInstant? { sessions.lazy.map(\.deadline).min() }
}
