// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct ActivityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activity",
        abstract: "Go on with what was submitted to the API and had no result yet.",
        subcommands: [ActivityWaitCommand.self]
    )
}
