// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Many frames: who asks for a session, and approving them at once.",
        subcommands: [
            FleetImportKnownHostsCommand.self, FleetListCommand.self, FleetApproveCommand.self, FleetStatusCommand.self,
            FleetRevokeCommand.self,
        ]
    )
}
