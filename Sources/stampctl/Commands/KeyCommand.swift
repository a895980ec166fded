// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "The embedded key: what credential bundles are encrypted to.",
        subcommands: [KeyShowCommand.self, KeyInitCommand.self, KeyResetCommand.self]
    )
}
