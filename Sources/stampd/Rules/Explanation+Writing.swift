// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

extension Explanation {
    /// Writes the members of the interface's type Explanation.
    func write(to writer: inout JSONWriter) {
        writer.member("effect", decision.effect.word.rawValue)
        writer.member("mode", decision.mode.word.rawValue)
        writer.member("id", ifPresent: decision.id)
        writer.member("reason", ifPresent: decision.reason?.text)
        writer.member("at", ifPresent: decision.at)
        writer.member("retryAfterMilliseconds", ifPresent: decision.retryAfterMilliseconds)
        writer.arrayMember("steps") { list in for step in steps { list.object(step.write) } }
    }

    /// Writes the explanation of a socket without rules.
    static func writeOpen(to writer: inout JSONWriter) {
        writer.member("effect", ExplanationEffect.allow.rawValue)
        writer.member("mode", ExplanationMode.none.rawValue)
        writer.arrayMember("steps") { _ in }
    }
}

extension Explanation.Step {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("outcome", outcome.word.rawValue)
        writer.member("reason", ifPresent: reason?.text)
        writer.member("at", ifPresent: at)
    }
}

extension Explanation.Step.Outcome {
    fileprivate var word: RuleStepOutcome {
        switch self {
        case .passed: .passed
        case .failed: .failed
        case .held: .held
        }
    }
}

extension Effect {
    fileprivate var word: ExplanationEffect {
        switch self {
        case .allow: .allow
        case .deny: .deny
        case .confirm: .confirm
        }
    }
}

extension Mode {
    fileprivate var word: ExplanationMode {
        switch self {
        case .enforce: .enforce
        case .observe: .observe
        }
    }
}
