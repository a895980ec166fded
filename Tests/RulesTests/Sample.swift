// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing
import Varlink

/// What tests decide with: a caller, an instant, and what of a decision they look at.
extension Caller {
    /// A caller that can be told in all respects.
    static func sample(
        account: UInt32? = 1000,
        gids: [UInt32]? = [1000],
        unit: String? = "app.service",
        session: String = "default",
        origin: Origin = .bundle,
        organizationId: String? = nil,
        delegate: ProxyStatement = .none,
        path: ProxyStatement = .none
    ) -> Caller {
        Caller(
            account: account,
            gids: gids,
            units: unit.map { [$0] },
            session: Session(name: Text(session), origin: origin, organizationId: organizationId.map { Text($0) }),
            delegate: delegate,
            path: path
        )
    }
}

extension KeyBytes {
    init?(hex: String) {
        let digits = Array(hex.utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
        }
        self.init(bytes.span)
    }
}

extension Clock {
    /// 2026-11-30T10:00:00Z, a Monday.
    static let monday: Int64 = 1_796_032_800_000

    static func sample(wall: Int64 = monday, bootSeconds: Int64 = 1_000_000) -> Clock {
        Clock(wallMilliseconds: wall, bootNanoseconds: bootSeconds * 1_000_000_000)
    }
}

/// The parts of a decision that the wire has.
struct Verdict: Equatable, CustomStringConvertible {
    var effect: String
    var id: String?
    var reason: String?
    var at: String?

    init(_ effect: String, _ id: String? = nil, _ reason: String? = nil, at: String? = nil) {
        (self.effect, self.id, self.reason, self.at) = (effect, id, reason, at)
    }

    init(_ decision: Decision) {
        self.init(decision.effect.rawValue, decision.id, decision.reason?.text, at: decision.at)
    }

    var description: String { "\(effect) \(id ?? "-") \(reason ?? "-") \(at ?? "-")" }
}

func readSet(_ text: String, socket: String = "stamp") throws -> RuleSet {
    try #require(try RuleSets.readSet(text.utf8.span, socket: socket))
}

/// One rule in a set of its own.
func readRule(_ members: String) throws -> RuleSet {
    try readSet(#"{"version": 1, "rules": [{"id": "r", \#(members)}]}"#)
}

extension RuleSet {
    func decide(
        _ payload: String,
        _ caller: Caller = .sample(),
        at clock: Clock = .sample(),
        with counters: Counters = Counters()
    ) -> Decision {
        decide(bytes: Array(payload.utf8), caller, at: clock, with: counters)
    }

    func decide(
        bytes: [UInt8],
        _ caller: Caller = .sample(),
        at clock: Clock = .sample(),
        with counters: Counters = Counters()
    ) -> Decision {
        var workspace = Workspace()
        return decide(bytes.span, for: caller, at: clock, with: counters, using: &workspace)
    }

    func explain(_ payload: String, _ caller: Caller = .sample(), at clock: Clock = .sample()) -> Explanation {
        var workspace = Workspace()
        return explain(payload.utf8.span, for: caller, at: clock, with: Counters(), using: &workspace)
    }
}

/// The faults of a set, as `member: message`.
func faults(_ text: String) -> [String] {
    do throws(RuleFaults) { _ = try RuleSets.readSet(text.utf8.span, socket: "stamp") } catch {
        return error.faults.map { "\($0.member): \($0.message)" }
    }
    return []
}

/// An activity with these parameters, stamped now.
func activity(
    _ type: String = "ACTIVITY_TYPE_T",
    _ parameters: String = "{}",
    timestamp: String = "\"\(Clock.monday)\"",
    more: String = ""
) -> String {
    #"{"type": "\#(type)", "timestampMs": \#(timestamp), "organizationId": "org", "parameters": \#(parameters)\#(more)}"#
}

extension RuleSets {
    /// The sets of a frame that has these sockets, and a control socket.
    static func frame(_ sets: [String: String]) throws -> RuleSets {
        let members = sets.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        let text = "{\(members.joined(separator: ", "))}"
        return try RuleSets(reading: text.utf8.span, sockets: sets.keys.filter { $0 != "control" } + ["control"])
    }
}
