// SPDX-License-Identifier: Apache-2.0
import StampClient

/// An explanation, with what it was asked for.
struct ExplanationReport: Paintable {
    let socket: String
    let explanation: Explanation

    func encode(to encoder: any Encoder) throws { try explanation.encode(to: encoder) }

    func lines(width: Int?) -> [PaintedLine] {
        var lines = [verdict]
        for text in [meaning, consequence] + [hint.map { "To do: \($0)." }] {
            if let text { lines += PaintedLine.wrap(text, indent: 2, width: width) }
        }
        return lines + table
    }

    private var isObserved: Bool { explanation.mode == .observe && explanation.reason != .ruleDeny }

    private var verdict: PaintedLine {
        let place = PaintedLine(" at \(socket)")
        let rule = explanation.id.map { "rule \($0)" }
        switch explanation.effect {
        case .allow where explanation.mode == .none:
            return PaintedLine("ALLOWED", .good) + place + ": the socket has no rules"
        case .allow: return PaintedLine("ALLOWED", .good) + place + (rule.map { " by \($0)" } ?? "")
        case .confirm:
            return PaintedLine(isObserved ? "WOULD BE ASKED" : "ASKED", .careful) + place
                + (rule.map { ": \($0) wants somebody's yes" } ?? "")
        case .deny:
            return PaintedLine(isObserved ? "WOULD BE REFUSED" : "REFUSED", isObserved ? .careful : .bad) + place
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

    private var table: [PaintedLine] {
        let told = explanation.steps.filter { $0.outcome != .passed }
        let passed = explanation.steps.count - told.count
        let heading = ["  RULE", "SAYS", "WHY"].map { PaintedLine($0, .bold) }
        let rows = told.map { step in
            [
                PaintedLine("  \(step.id)", step.id == explanation.id ? .bold : nil),
                step.outcome == .held ? PaintedLine("matches", .good) : PaintedLine("does not", .careful),
                PaintedLine(Self.why(step)),
            ]
        }
        guard !explanation.steps.isEmpty else { return [] }
        let rest = passed == 1 ? "1 rule is" : "\(passed) rules are"
        return [PaintedLine()] + (told.isEmpty ? [] : PaintedLine.makeTable([heading] + rows))
            + (passed == 0 ? [] : [PaintedLine("  \(rest) not about this caller, or not about this payload", .dim)])
    }

    private static func why(_ step: Explanation.Step) -> String {
        [step.reason?.text, step.at.map { "at \($0)" }].compactMap(\.self).joined(separator: " ")
    }
}
