// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct RulesShowCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a frame's rule sets in force, and what they came to.",
        discussion: """
            A socket that is not shown is open. WOULD DENY and WOULD ASK count what was stamped because the set only \
            observes. "stampctl rules check" shows the SHA256 of the sets in a file. Asks the control socket.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let sets = try await frame.controlClient.getRules()
        guard output.json else { return try output.print(RuleSetTable(sets: sets)) }
        for set in sets { try output.print(json: set) }
    }
}

/// The rule sets of a frame, a line each under a heading.
struct RuleSetTable: StyledRenderable {
    let sets: [RuleSetState]

    private static let heading = [
        "SOCKET", "MODE", "RULES", "ALLOWED", "DENIED", "ASKED", "WOULD DENY", "WOULD ASK", "SHA256",
    ]

    func lines(width: Int?) -> [StyledLine] {
        guard !sets.isEmpty else { return [StyledLine("no rules are in force: every socket is open", .careful)] }
        return StyledLine.makeTable([Self.heading.map { StyledLine($0, .bold) }] + sets.map(Self.cells))
    }

    private static func cells(of set: RuleSetState) -> [StyledLine] {
        [StyledLine(set.socket), StyledLine(set.mode.rawValue, set.mode == .observe ? .careful : nil)]
            + [set.rules, set.allowed, set.denied, set.confirmed, set.wouldDeny, set.wouldConfirm]
            .map { StyledLine("\($0)") }
            // Enough to distinguish two sets; the JSON has all of it.
            + [StyledLine(String(set.sha256.prefix(12)))]
    }
}
