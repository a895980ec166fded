// SPDX-License-Identifier: Apache-2.0
import Rules

/// The findings of `rules check` in a file.
struct RuleReport: StyledRenderable {
    struct Fault: Encodable {
        let socket: String?
        let rule: String?
        let member: String?
        let message: String
    }

    struct Warning: Encodable {
        let socket: String?
        let message: String
    }

    struct CheckedSet: Encodable {
        let socket: String?
        /// The set's mode; `none` if the socket is open.
        let mode: String
        let rules: Int
        let sha256: String?
    }

    private(set) var faults: [Fault] = []
    private(set) var warnings: [Warning] = []
    private(set) var ruleSets: [CheckedSet] = []

    init(_ found: RuleFaults) {
        faults = found.faults.map { fault in
            Fault(
                socket: Self.named(fault.socket),
                rule: fault.rule,
                member: Self.named(fault.member),
                message: fault.message
            )
        }
    }

    init(_ file: RuleFile) {
        for entry in file.entries {
            let socket = Self.named(entry.socket)
            ruleSets.append(
                CheckedSet(
                    socket: socket,
                    mode: entry.set?.mode.rawValue ?? "none",
                    rules: entry.set?.ruleCount ?? 0,
                    sha256: entry.sha256
                )
            )
            warnings += entry.warnings.map { Warning(socket: socket, message: $0.message) }
        }
        if file.entries.isEmpty {
            warnings.append(Warning(socket: nil, message: "there is no member rules: every socket is open"))
        }
    }

    private static func named(_ text: String) -> String? { text.isEmpty ? nil : text }

    func lines(width: Int?) -> [StyledLine] {
        faults.map { fault in
            let place = [fault.socket, fault.rule, fault.member].compactMap(\.self)
            return StyledLine("fault: ", .bad) + (place + [fault.message]).joined(separator: ": ")
        }
            + warnings.map { warning in
                StyledLine("warning: ", .careful)
                    + [warning.socket, warning.message].compactMap(\.self)
                    .joined(separator: ": ")
            }
            + ruleSets.map { set in StyledLine("ok: ", .good) + set.line }
    }
}

extension RuleReport.CheckedSet {
    fileprivate var line: String {
        let place = socket.map { "\($0): " } ?? ""
        guard let sha256 else { return "\(place)open: asked nothing" }
        let count = rules == 1 ? "1 rule" : "\(rules) rules"
        let observed = mode == "observe" ? ", which only observe" : ""
        return "\(place)\(count)\(observed), sha256 \(sha256)"
    }
}
