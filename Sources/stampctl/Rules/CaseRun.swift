// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules

/// The result of one case.
struct CaseResult: Encodable {
    struct Verdict: Encodable, Equatable {
        var effect: String
        var id: String?
        var reason: String?
        var at: String?
    }

    let name: String
    let socket: String
    let passed: Bool
    /// The members that the case asks for.
    let expected: Verdict
    let found: Verdict
}

extension RuleCase {
    /// Decides about the payload by the rules of a file, as a frame would.
    ///
    /// - Throws: `Failure` if the file has no set for the socket, or a payload before this one was not stamped.
    func run(with rules: RuleFile) throws -> CaseResult {
        let set: RuleSet?
        do throws(RuleFile.UnknownSocket) { set = try rules.set(of: socket) } catch {
            throw Failure("case \(name): the file has no rules for \(error.socket)", status: .wrongUsage)
        }
        let found = try set.map(decide) ?? CaseResult.Verdict(effect: Effect.allow.rawValue)
        var expected = CaseResult.Verdict(effect: self.expected.effect.rawValue)
        var compared = CaseResult.Verdict(effect: found.effect)
        func compare(_ wanted: String??, _ member: WritableKeyPath<CaseResult.Verdict, String?>) {
            guard let wanted else { return }
            expected[keyPath: member] = wanted
            compared[keyPath: member] = found[keyPath: member]
        }
        compare(self.expected.id, \.id)
        compare(self.expected.reason, \.reason)
        compare(self.expected.at, \.at)
        return CaseResult(name: name, socket: socket, passed: expected == compared, expected: expected, found: found)
    }

    private func decide(_ set: RuleSet) throws -> CaseResult.Verdict {
        let clock = Clock(wallMilliseconds: now ?? timestamp ?? Self.milliseconds(.now), bootNanoseconds: Self.boot)
        var (counters, workspace) = (Counters(), Workspace())
        for (index, payload) in before.enumerated() {
            let decision = set.decide(payload.span, for: caller, at: clock, with: counters, using: &workspace)
            guard decision.answer != .refuse else {
                let reason = decision.reason.map { " (\($0.text))" } ?? ""
                throw Failure("case \(name): payload \(index + 1) before it is refused\(reason)", status: .never)
            }
            counters.charge(decision.charges, at: clock.bootNanoseconds)
        }
        let decision = set.decide(payload.span, for: caller, at: clock, with: counters, using: &workspace)
        return CaseResult.Verdict(
            effect: decision.effect.rawValue,
            id: decision.id,
            reason: decision.reason?.text,
            at: decision.at
        )
    }

    /// Any moment will do, as payloads before this one are stamped at it.
    private static let boot: Int64 = 1 << 50

    private static func milliseconds(_ date: Date) -> Int64 { Int64(date.timeIntervalSince1970 * 1000) }

    /// The payload's own time, so that a case does not become stale.
    private var timestamp: Int64? {
        guard let value = try? Value.read(payload.span),
            let member = value.members?.first(where: { $0.name == "timestampMs" })?.value
        else { return nil }
        return member.int ?? member.text.flatMap { Int64($0.string) }
    }
}

/// The results of all cases, for people: a table of those that were not as expected.
struct CaseTable {
    let results: [CaseResult]

    var lines: [StyledLine] {
        let failed = results.filter { !$0.passed }
        let count = results.count == 1 ? "1 case" : "\(results.count) cases"
        guard !failed.isEmpty else {
            let word = results.count == 1 ? "it" : "they"
            return [StyledLine("ok: ", .good) + "\(count) came out as \(word) must"]
        }
        let heading = ["CASE", "SOCKET", "", "EFFECT", "RULE", "REASON", "AT"].map { StyledLine($0, .bold) }
        let rows = failed.flatMap { result in
            [
                [StyledLine(result.name), StyledLine(result.socket)] + Self.cells(result.expected, "must", .good),
                [StyledLine(), StyledLine()] + Self.cells(result.found, "came", .bad),
            ]
        }
        return StyledLine.makeTable([heading] + rows)
            + [StyledLine("\(failed.count) of \(count) came out otherwise", .bad)]
    }

    private static func cells(_ verdict: CaseResult.Verdict, _ word: String, _ style: TextStyle) -> [StyledLine] {
        [
            StyledLine(word), StyledLine(verdict.effect, style), StyledLine(verdict.id ?? "-"),
            StyledLine(verdict.reason ?? "-"), StyledLine(verdict.at ?? "-"),
        ]
    }
}
