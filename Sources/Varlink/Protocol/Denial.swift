// SPDX-License-Identifier: Apache-2.0

/// The parameters of the error Denied: which rule refused the call, and why.
package struct Denial: Equatable, Sendable {
    /// The kind of rule. `peer`, `uid`, `gid`, `unit` and `mayName` restrict callers; `payload` restricts payloads;
    /// `libcrypto` says that the library failed.
    package let rule: String
    /// For `payload` alone: the id of the rule that decided or came nearest, if there is one.
    package let id: String?
    /// For `payload` alone: the reason, one of those in `docs/reference/rules.md`.
    package let reason: String?
    /// For `payload` alone: the JSON pointer to the value that failed.
    package let at: String?
    /// In how many milliseconds the same payload may be stamped, where time alone changes the answer.
    package let retryAfterMilliseconds: Int64?
    /// What the client should do.
    package let fallback: Fallback

    /// Creates the refusal of a caller, by the kind of rule that refused it.
    package init(rule: String) {
        self.rule = rule
        (id, reason, at, retryAfterMilliseconds) = (nil, nil, nil, nil)
        fallback = ErrorName.denied.fallback
    }

    /// Creates the refusal of a payload. `isTransient` says that the same payload may be stamped at another time.
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
