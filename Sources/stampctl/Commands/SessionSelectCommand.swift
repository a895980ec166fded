// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

struct SessionSelectCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "select",
        abstract: "Choose the session that whoami, request, refresh and logout mean where none is named."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: ArgumentHelp("The session's name.", valueName: "name"), transform: readSessionName)
    var name: SessionName

    func perform() async throws {
        try await frame.makeTurnkey().sessions.select(name)
        try output.print(Done())
    }
}
