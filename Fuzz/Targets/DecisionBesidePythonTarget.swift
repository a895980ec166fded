// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Rules/Decision Sources/Rules/EVM Sources/Rules/Limits/Counters.swift Sources/Rules/Set/RuleSet.swift
// Words: rules
// Not run: explanations, yeses and what is given back, which the target decision has, and what it does not run either.
import Foundation
import Passkeys
import Rules

extension FuzzTarget {
    /// The bytes are a caller, a rule set and a payload, as `DecisionCase` takes them apart; `step=` among the caller's lines
    /// are the nanoseconds from one decision to the next.
    ///
    /// The payload comes three times. The rules' reference model, written in Python from the page that defines rules, decides
    /// each of them as well.
    static let decisionBesidePython = FuzzTarget(name: "decision-python") { (bytes) throws(BrokenClaim) in
        let given = try DecisionCase(bytes)
        // The model has no tables of the API, so no built-in set.
        if case .builtIn = given.set.source { return }
        guard let question = try? JSONEncoder().encode(Question(given)) else {
            throw BrokenClaim(claim: "a question can be encoded")
        }
        let answer = String(decoding: try PythonPeer.ask(.decision, Array(question)), as: UTF8.self)
        let lines = answer.split(separator: "\n")
        try claim("the model decides each", lines.count == given.instants.count)
        var counters = Counters()
        var workspace = Workspace()
        for (instant, line) in zip(given.instants, lines) {
            let decision = given.set.decide(
                given.payload.span,
                for: given.caller,
                at: instant,
                with: counters,
                using: &workspace
            )
            try claim("the model decides the same: \(line), not \(decision.line)", decision.line == line)
            if decision.effect != .deny { counters.charge(decision.charges, at: instant.bootNanoseconds) }
        }
    }
}

extension DecisionCase {
    /// When the payload comes.
    fileprivate var instants: [Clock] {
        let step = min(max(members["step"].flatMap { Int64($0) } ?? 1_000_000_000, 0), 4_000_000_000_000_000)
        return (0..<3).map { (count: Int64) in
            Clock(wallMilliseconds: clock.wallMilliseconds, bootNanoseconds: clock.bootNanoseconds + count * step)
        }
    }
}

/// As `Fuzz/peer.py` reads it; what cannot be told is left out.
private struct Question: Encodable {
    let set: String
    let payload: String
    let now: Int64
    let boots: [Int64]
    let caller: Caller

    struct Caller: Encodable {
        let account: UInt32?
        let gids: [UInt32]?
        let units: [String]?
        let session: Session?
        let delegate: Statement
        let path: Statement
        let pendingKey: String?
        let embeddedKey: String?
    }

    struct Session: Encodable {
        let name: String
        let origin: String
        let publicKey: String?
    }

    struct Statement: Encodable {
        let told: String
        var text: String?

        init(_ statement: Rules.Caller.ProxyStatement) {
            switch statement {
            case .none: told = "none"
            case .untold: told = "untold"
            case .text(let text): (told, self.text) = ("text", text)
            }
        }
    }

    init(_ given: DecisionCase) {
        func key(_ name: String) -> String? { given.members.key(name).map { Hexadecimal.encode($0) } }
        let caller = given.caller
        set = Hexadecimal.encode(given.setText)
        payload = Hexadecimal.encode(given.payload)
        now = given.clock.wallMilliseconds
        boots = given.instants.map(\.bootNanoseconds)
        self.caller = Caller(
            account: caller.account,
            gids: caller.gids,
            units: caller.units,
            session: caller.session.map {
                Session(name: $0.name.string, origin: $0.origin.rawValue, publicKey: key("key"))
            },
            delegate: Statement(caller.delegate),
            path: Statement(caller.path),
            pendingKey: key("pending"),
            embeddedKey: key("embedded")
        )
    }
}

extension Decision {
    /// As `Fuzz/peer.py` spells a decision.
    fileprivate var line: String {
        let words = [
            "\(effect)", id, reason?.text, at.map { Hexadecimal.encode($0.utf8) },
            retryAfterMilliseconds.map { "\($0)" },
        ]
        return words.map { $0 ?? "-" }.joined(separator: " ")
    }
}
