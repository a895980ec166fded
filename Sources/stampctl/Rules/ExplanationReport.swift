// SPDX-License-Identifier: Apache-2.0
import StampClient

/// An explanation, with the question.
struct ExplanationReport: StyledRenderable {
    let socket: String
    let explanation: Explanation

    func encode(to encoder: any Encoder) throws { try explanation.encode(to: encoder) }

    func lines(width: Int?) -> [StyledLine] {
        var lines = [verdict]
        for text in [meaning, consequence] + [hint.map { "To do: \($0)." }] {
            if let text { lines += StyledLine.wrap(text, indent: 2, width: width) }
        }
        return lines + table
    }

    private var isObserved: Bool { explanation.mode == .observe && explanation.reason != .ruleDeny }

    private var verdict: StyledLine {
        let place = StyledLine(" at \(socket)")
        let rule = explanation.id.map { "rule \($0)" }
        switch explanation.effect {
        case .allow where explanation.mode == .none:
            return StyledLine("ALLOWED", .good) + place + ": the socket has no rules"
        case .allow: return StyledLine("ALLOWED", .good) + place + (rule.map { " by \($0)" } ?? "")
        case .confirm:
            return StyledLine(isObserved ? "WOULD BE ASKED" : "ASKED", .careful) + place
                + (rule.map { ": \($0) needs a confirmation" } ?? "")
        case .deny:
            return StyledLine(isObserved ? "WOULD BE REFUSED" : "REFUSED", isObserved ? .careful : .bad) + place
                + (explanation.reason.map { ": \($0.text)" } ?? "") + (explanation.at.map { " at \($0)" } ?? "")
        }
    }

    private var meaning: String? {
        guard explanation.effect == .deny, let reason = explanation.reason else { return nil }
        let sentence = reason.explain(at: explanation.at)
        guard let id = explanation.id else { return sentence }
        return switch reason {
        case .ruleDeny, .limit, .confirmRefused, .confirmTimeout, .confirmNobody: "Rule \(id) decides. \(sentence)"
        default: "Rule \(id) comes nearest. \(sentence)"
        }
    }

    private var consequence: String? {
        if explanation.mode == .observe, explanation.effect != .allow {
            return isObserved
                ? "The set only observes: it is stamped all the same, and told in the audit."
                : "The set only observes, but for deny rules: it is refused."
        }
        guard let milliseconds = explanation.retryAfterMilliseconds else { return nil }
        return "There is room again in \(makeDurationText(milliseconds: milliseconds))."
    }

    private var hint: String? { explanation.effect == .deny ? explanation.reason?.hint : nil }

    private var table: [StyledLine] {
        let told = explanation.steps.filter { $0.outcome != .passed }
        let passed = explanation.steps.count - told.count
        let heading = ["  RULE", "SAYS", "WHY"].map { StyledLine($0, .bold) }
        let rows = told.map { step in
            [
                StyledLine("  \(step.id)", step.id == explanation.id ? .bold : nil),
                step.outcome == .held ? StyledLine("matches", .good) : StyledLine("does not", .careful),
                StyledLine(Self.why(step)),
            ]
        }
        guard !explanation.steps.isEmpty else { return [] }
        let rest = passed == 1 ? "1 rule is" : "\(passed) rules are"
        return [StyledLine()] + (told.isEmpty ? [] : StyledLine.makeTable([heading] + rows))
            + (passed == 0 ? [] : [StyledLine("  \(rest) not about this caller, or not about this payload", .dim)])
    }

    private static func why(_ step: Explanation.Step) -> String {
        [step.reason?.text, step.at.map { "at \($0)" }].compactMap(\.self).joined(separator: " ")
    }
}
