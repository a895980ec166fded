// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Check, try, show and explain the rules on what may be stamped.",
        discussion: """
            A socket of a frame may have a rule set, which refuses whatever no rule of it allows. "check" and "test" \
            read files and need no frame; "show" and "explain" ask one.
            """,
        subcommands: [
            RulesCheckCommand.self, RulesTestCommand.self, RulesShowCommand.self, RulesExplainCommand.self,
        ]
    )
}
