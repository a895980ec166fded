// SPDX-License-Identifier: Apache-2.0

/// Why a payload is not stamped: what the rules of the socket say.
public struct PayloadDenial: Codable, Sendable, Hashable {
    /// The rule that decided, or came nearest; nil where none was about it.
    public let id: String?
    public let reason: DenialReason
    /// The JSON pointer that failed, where one did.
    public let at: String?
    /// When there is room again, of a limit that is used up.
    public let retryAfterMilliseconds: Int?
    /// `retry` where the same payload may be stamped at another time; never `passkey`.
    public let fallback: Fallback

    /// A refusal is no reason to ask for a passkey, whatever a frame says.
    public init(id: String?, reason: DenialReason, at: String?, retryAfterMilliseconds: Int?, fallback: Fallback) {
        self.id = id
        self.reason = reason
        self.at = at
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.fallback = fallback == .passkey ? .never : fallback
    }

    var hint: String {
        switch reason {
        case .limit:
            retryAfterMilliseconds.map { "there is room again in \(($0 + 999) / 1000) s" }
                ?? "explain says why: whose limit it is cannot be told, or there is no room for another"
        case .confirmTimeout, .confirmNobody, .timeWindow: "try again then"
        case .confirmRefused: "somebody said no"
        default: "have it explained, rule by rule: Explain, or \"stampctl rules explain\""
        }
    }

    /// What was wrong, and where; never the payload.
    var message: String {
        let place = at.map { " at \($0)" } ?? ""
        guard let id else { return "the socket's rules refuse the payload (\(reason.text)\(place))" }
        return "the socket's rule \"\(id)\" refuses the payload (\(reason.text)\(place))"
    }
}
