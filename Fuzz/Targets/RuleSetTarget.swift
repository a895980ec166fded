// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Rules/Reading Sources/Rules/Definition Sources/Rules/Set/RuleWarning.swift
// Words: rules
// Not run: what reads the sets of several sockets at once, and refuses them together.
import Rules

extension FuzzTarget {
    /// The bytes are a rule set's text.
    static let ruleSet = FuzzTarget(name: "rule-set") { (bytes) throws(BrokenClaim) in
        let read: RuleSet?
        do throws(RuleFaults) { read = try RuleSets.readSet(bytes.span, socket: "stamp") } catch {
            try claim("a refused set has faults", !error.faults.isEmpty)
            try claim("faults are limited", error.faults.count <= RuleLimits.maximumFaultCount)
            try claim("a set is refused for the same faults again", error.faults == faults(in: bytes))
            return
        }
        guard let set = read else { return }
        try claim("a set is read again", faults(in: bytes).isEmpty)
        try claim("a set has no more rules than it may have", set.ruleCount <= RuleLimits.maximumRuleCount)
        try claim("warnings are the same again", Set(warnings(of: set)).isSubset(of: warnings(of: set)))
        if case .text(let range) = set.source {
            try claim("a set is read from where it stands in its text", faults(in: Array(bytes[range])).isEmpty)
        }
        try claim("a set is read as the frame's", faults(inFrameWith: bytes).isEmpty)
    }

    private static func faults(in bytes: [UInt8]) -> [RuleFault] {
        do throws(RuleFaults) { _ = try RuleSets.readSet(bytes.span, socket: "stamp") } catch { return error.faults }
        return []
    }

    private static func faults(inFrameWith set: [UInt8]) -> [RuleFault] {
        let bytes = Array(#"{"stamp": "#.utf8) + set + Array("}".utf8)
        do throws(RuleFaults) { _ = try RuleSets(reading: bytes.span, sockets: ["control", "stamp"]) } catch {
            return error.faults
        }
        return []
    }

    private static func warnings(of set: RuleSet) -> [String] {
        [true, false].flatMap { set.warnings(controlServesOnlyCaller: $0).map(\.message) }
    }
}
