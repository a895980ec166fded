// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a payload, by a socket's rules: a closed set.
public enum DenialReason: Sendable, Hashable {
    /// It is not one JSON object in UTF-8, or says something twice.
    case payloadMalformed
    case fieldAbsent
    case fieldType
    case fieldValue
    /// A member that the rule does not list.
    case fieldExtra
    /// A deny rule is about it, or cannot tell whether it is.
    case ruleDeny
    /// No rule is about the caller and the payload's kind.
    case ruleNone
    /// Its `timestampMs` lies too far from the frame's clock.
    case timeStale
    /// The rule allows it at other hours.
    case timeWindow
    /// The limit of this name is used up.
    case limit(String)
    case confirmRefused
    /// Nobody answered in time.
    case confirmTimeout
    /// It cannot wait for a yes now.
    case confirmNobody

    private static let plain: [(String, Self)] = [
        ("payload.malformed", .payloadMalformed), ("field.absent", .fieldAbsent), ("field.type", .fieldType),
        ("field.value", .fieldValue), ("field.extra", .fieldExtra), ("rule.deny", .ruleDeny),
        ("rule.none", .ruleNone), ("time.stale", .timeStale), ("time.window", .timeWindow),
        ("confirm.refused", .confirmRefused), ("confirm.timeout", .confirmTimeout),
        ("confirm.nobody", .confirmNobody),
    ]

    /// As the wire and the audit have it; nil for any other text.
    public init?(_ text: String) {
        if let (_, reason) = Self.plain.first(where: { $0.0 == text }) {
            self = reason
        } else if text.hasPrefix("limit."), text.utf8.count > "limit.".utf8.count {
            self = .limit(String(text.dropFirst("limit.".count)))
        } else {
            return nil
        }
    }

    public var text: String {
        if case .limit(let name) = self { return "limit.\(name)" }
        return Self.plain.first { $0.1 == self }?.0 ?? ""
    }
}

extension DenialReason: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let reason = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no reason of a refusal")
        }
        self = reason
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
