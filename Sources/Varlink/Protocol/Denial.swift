// SPDX-License-Identifier: Apache-2.0

/// Why a call is refused by a rule: the parameters of Denied.
package struct Denial: Equatable, Sendable {
    /// `peer`, `uid`, `gid`, `unit` or `mayName`: who is served; `payload`: what may be stamped.
    package let rule: String
    /// Of `payload` alone: the rule that decided, or came nearest; nil where none did.
    package let id: String?
    /// Of `payload` alone.
    package let reason: String?
    /// Of `payload` alone: the pointer that failed.
    package let at: String?
    package let retryAfterMilliseconds: Int64?
    package let fallback: Fallback

    /// Who is not served.
    package init(rule: String) {
        self.rule = rule
        (id, reason, at, retryAfterMilliseconds) = (nil, nil, nil, nil)
        fallback = ErrorName.denied.fallback
    }

    /// A payload that is not stamped. `isTransient`: the same payload may be stamped at another time.
    package init(
        payload id: String?,
        reason: String,
        at: String?,
        retryAfterMilliseconds: Int64?,
        isTransient: Bool
    ) {
        rule = "payload"
        self.id = id
        self.reason = reason
        self.at = at
        self.retryAfterMilliseconds = retryAfterMilliseconds
        fallback = isTransient ? .retry : .never
    }

    func write(to writer: inout JSONWriter) {
        writer.member("rule", rule)
        writer.member("id", ifPresent: id)
        writer.member("reason", ifPresent: reason)
        writer.member("at", ifPresent: at)
        writer.member("retryAfterMilliseconds", ifPresent: retryAfterMilliseconds)
    }
}
