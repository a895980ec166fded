// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules

/// The cases of a file: payloads, and the expected decisions.
struct RuleCases {
    /// The path of the rules, relative to the file's directory.
    let rules: String?
    let cases: [RuleCase]

    /// Reads the cases.
    ///
    /// - Throws: `RuleFault`, the first fault.
    init(reading file: Data) throws(RuleFault) {
        let bytes = Array(file)
        let value = try Value.read(bytes.span)
        var members = try CaseMembers(value, at: "", bytes)
        rules = try members.text("rules")
        let now = try members.time("now")
        guard let values = members.take("cases")?.array, !values.isEmpty else {
            throw CaseMembers.fault("cases", "a list of cases, of one at least")
        }
        try members.end()
        var cases: [RuleCase] = []
        for (index, value) in values.enumerated() {
            cases.append(try RuleCase(value, at: "cases[\(index)]", number: index + 1, now, bytes))
        }
        self.cases = cases
    }
}

/// One payload of one caller.
struct RuleCase {
    /// The case's name, or its number.
    let name: String
    let socket: String
    let caller: Rules.Caller
    /// Milliseconds since 1970; if nil, the payload's own `timestampMs`, or now if it has none.
    let now: Int64?
    /// Payloads that the same caller had stamped just before.
    let before: [[UInt8]]
    let payload: [UInt8]
    let expected: Expectation

    init(
        _ value: Value,
        at place: String,
        number: Int,
        _ defaultNow: Int64?,
        _ bytes: [UInt8]
    ) throws(RuleFault) {
        var members = try CaseMembers(value, at: place, bytes)
        name = try members.text("name") ?? "\(number)"
        socket = try members.text("socket") ?? "stamp"
        now = try members.time("now") ?? defaultNow
        guard let payload = try members.payload("payload") else {
            throw members.fault("payload", "a text, or the object itself")
        }
        self.payload = payload
        before = try members.payloads("before")
        guard let caller = members.take("caller") else { throw members.fault("caller", "who asks") }
        self.caller = try Rules.Caller(caller, at: "\(place).caller", bytes)
        guard let expected = members.take("expect") else { throw members.fault("expect", "what must come of it") }
        self.expected = try Expectation(expected, at: "\(place).expect", bytes)
        try members.end()
    }

    /// The expected decision; a member that is not given is not compared.
    struct Expectation {
        let effect: Effect
        /// The expected rule; nil within means that there must be none.
        let id: String??
        let reason: String??
        let at: String??

        init(_ value: Value, at place: String, _ bytes: [UInt8]) throws(RuleFault) {
            var members = try CaseMembers(value, at: place, bytes)
            guard let text = try members.text("effect"), let effect = Effect(rawValue: text) else {
                throw members.fault("effect", "allow, deny or confirm")
            }
            self.effect = effect
            id = try members.textOrNull("id")
            reason = try members.textOrNull("reason")
            at = try members.textOrNull("at")
            try members.end()
        }
    }
}

extension Rules.Caller {
    /// Reads a caller: ids and names as ExplainFor takes them, and the frame's own keys.
    fileprivate init(_ value: Value, at place: String, _ bytes: [UInt8]) throws(RuleFault) {
        var members = try CaseMembers(value, at: place, bytes)
        let uid = try members.number("uid")
        let gids = try members.numbers("gids") ?? []
        var units: [String]?
        if let unit = try members.text("unit") {
            units = UnitName.names(of: unit)
            if units == nil { throw members.fault("unit", "a unit's name, such as app.service") }
        }
        let session = try Session(&members)
        let pending = try members.key("pendingPublicKey")
        let embedded = try members.key("embeddedPublicKey")
        self.init(
            account: uid,
            gids: gids,
            units: units,
            session: session,
            delegate: try members.claim("delegate"),
            path: try members.claim("path"),
            pendingKey: pending,
            embeddedKey: embedded
        )
        try members.end()
    }
}

extension Rules.Caller.Session {
    /// Reads a session; nil if the caller names none, and then there is none.
    fileprivate init?(_ members: inout CaseMembers) throws(RuleFault) {
        let origin = try members.text("origin")
        let publicKey = try members.key("sessionPublicKey")
        let organizationId = try members.text("organizationId")
        guard let name = try members.text("session") else {
            if origin != nil || publicKey != nil || organizationId != nil {
                throw members.fault("session", "the name of the session that this is about")
            }
            return nil
        }
        guard let known = Origin(rawValue: origin ?? Origin.generated.rawValue) else {
            throw members.fault("origin", "bundle or generated")
        }
        self.init(
            name: Text(name),
            origin: known,
            publicKey: publicKey,
            organizationId: organizationId.map { Text($0) }
        )
    }
}
