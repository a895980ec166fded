// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// One socket's rule set, and the counters of its decisions since the frame started.
final class SocketRules {
    /// The socket's name in the configuration: `control`, `stamp` or `stamp-NAME`.
    let socket: String
    let set: RuleSet
    /// The SHA-256 of the set's bytes in the configuration, or of its name; 64 hex digits.
    let sha256: String
    var counts: DecisionCounts
    /// Whether a payload was refused since the set is in force.
    var hasRefused = false

    /// Counters that go on over reloads, by socket.
    struct DecisionCounts: Equatable {
        var allowed: Int64 = 0
        var denied: Int64 = 0
        var confirmed: Int64 = 0
        var wouldDeny: Int64 = 0
        var wouldConfirm: Int64 = 0
    }

    init(socket: String, set: RuleSet, sha256: String, counts: DecisionCounts) {
        self.socket = socket
        self.set = set
        self.sha256 = sha256
        self.counts = counts
    }

    /// Writes the members of the interface's type RuleSet.
    func write(to writer: inout JSONWriter) {
        writer.member("socket", socket)
        writer.member("mode", set.mode.setWord.rawValue)
        writer.member("rules", Int64(set.ruleCount))
        writer.member("sha256", sha256)
        writer.member("allowed", counts.allowed)
        writer.member("denied", counts.denied)
        writer.member("confirmed", counts.confirmed)
        writer.member("wouldDeny", counts.wouldDeny)
        writer.member("wouldConfirm", counts.wouldConfirm)
    }
}

extension Mode {
    fileprivate var setWord: RuleSetMode {
        switch self {
        case .enforce: .enforce
        case .observe: .observe
        }
    }
}
