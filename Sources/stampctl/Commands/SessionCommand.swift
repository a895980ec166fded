// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session",
        abstract: "The sessions: who may stamp until when.",
        subcommands: [
            SessionListCommand.self, SessionShowCommand.self, SessionEndCommand.self, SessionCreateCommand.self,
            SessionActivateCommand.self, SessionDropCommand.self, SessionSelectCommand.self,
        ]
    )
}
