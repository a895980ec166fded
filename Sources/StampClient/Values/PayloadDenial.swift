// SPDX-License-Identifier: Apache-2.0

/// A refusal of a payload by the rules of the socket.
public struct PayloadDenial: Codable, Sendable, Hashable {
    /// The id of the rule that decided or came nearest; nil if no rule is about the payload.
    public let id: String?
    /// Why the payload is refused.
    public let reason: DenialReason
    /// The JSON pointer to what failed, if there is one.
    public let at: String?
    /// In how many milliseconds a limit has room again; nil for other reasons.
    public let retryAfterMilliseconds: Int?
    /// `retry` if the same payload may be stamped at another time; never `passkey`.
    public let fallback: Fallback

    /// Creates a refusal. A `fallback` of `passkey` becomes `never`: a refusal is no reason to ask for a passkey,
    /// whatever a frame sends.
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
        case .confirmRefused: "the person who was asked said no"
        default: "have it explained, rule by rule: Explain, or \"stampctl rules explain\""
        }
    }

    /// Says what was wrong, and where; never contains the payload.
    var message: String {
        let place = at.map { " at \($0)" } ?? ""
        guard let id else { return "the socket's rules refuse the payload (\(reason.text)\(place))" }
        return "the socket's rule \"\(id)\" refuses the payload (\(reason.text)\(place))"
    }
}

/// The reasons why a socket's rules refuse a payload, a closed set.
public enum DenialReason: Sendable, Hashable {
    /// The payload is not one JSON object in UTF-8, or has a repeated member.
    case payloadMalformed
    /// A member that a condition checks is absent.
    case fieldAbsent
    /// A member has another JSON type than a condition requires.
    case fieldType
    /// A member has a value that is not allowed.
    case fieldValue
    /// The payload has a member that the rule does not list.
    case fieldExtra
    /// A deny rule matches, or cannot tell whether it does.
    case ruleDeny
    /// No rule is about this caller and this kind of payload.
    case ruleNone
    /// The payload's `timestampMs` is too far from the frame's clock.
    case timeStale
    /// The rule allows the payload at other hours.
    case timeWindow
    /// The limit of this name is used up.
    case limit(String)
    /// A person refused to confirm.
    case confirmRefused
    /// No answer came in time.
    case confirmTimeout
    /// The payload cannot wait for a confirmation now.
    case confirmNobody

    private static let plain: [(String, Self)] = [
        ("payload.malformed", .payloadMalformed), ("field.absent", .fieldAbsent), ("field.type", .fieldType),
        ("field.value", .fieldValue), ("field.extra", .fieldExtra), ("rule.deny", .ruleDeny),
        ("rule.none", .ruleNone), ("time.stale", .timeStale), ("time.window", .timeWindow),
        ("confirm.refused", .confirmRefused), ("confirm.timeout", .confirmTimeout),
        ("confirm.nobody", .confirmNobody),
    ]

    /// Reads a reason as the wire and the audit spell it; nil for other text.
    public init?(_ text: String) {
        if let (_, reason) = Self.plain.first(where: { $0.0 == text }) {
            self = reason
        } else if text.hasPrefix("limit."), text.utf8.count > "limit.".utf8.count {
            self = .limit(String(text.dropFirst("limit.".count)))
        } else {
            return nil
        }
    }

    /// The reason as the wire and the audit spell it.
    public var text: String {
        if case .limit(let name) = self { return "limit.\(name)" }
        return Self.plain.first { $0.1 == self }?.0 ?? ""
    }
}

extension DenialReason: Codable {
    /// Reads a reason.
    ///
    /// - Throws: `DecodingError` for a text that is not one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let reason = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no reason of a refusal")
        }
        self = reason
    }

    /// Writes the reason's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
