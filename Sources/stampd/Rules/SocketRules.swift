// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// One socket's rule set, and what came of its decisions since the frame started.
final class SocketRules {
    /// As the configuration has it: `control`, `stamp` or `stamp-NAME`.
    let socket: String
    let set: RuleSet
    /// Of the set's bytes as they stand in the configuration, or of its name; 64 hex digits.
    let sha256: String
    var tally: Tally
    /// Whether somebody was refused since the set is in force.
    var hasRefused = false

    /// Counted over reloads, by socket.
    struct Tally: Equatable {
        var allowed: Int64 = 0
        var denied: Int64 = 0
        var confirmed: Int64 = 0
        var wouldDeny: Int64 = 0
        var wouldConfirm: Int64 = 0
    }

    init(socket: String, set: RuleSet, sha256: String, tally: Tally) {
        self.socket = socket
        self.set = set
        self.sha256 = sha256
        self.tally = tally
    }

    /// The members of the interface's type RuleSet.
    func write(to writer: inout JSONWriter) {
        writer.member("socket", socket)
        writer.member("mode", set.mode.setWord.rawValue)
        writer.member("rules", Int64(set.ruleCount))
        writer.member("sha256", sha256)
        writer.member("allowed", tally.allowed)
        writer.member("denied", tally.denied)
        writer.member("confirmed", tally.confirmed)
        writer.member("wouldDeny", tally.wouldDeny)
        writer.member("wouldConfirm", tally.wouldConfirm)
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
