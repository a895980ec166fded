// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
import TurnkeyClient

struct SessionListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the sessions, with their remaining life.",
        discussion: """
            Those of the frame, and those that are only stored: "restorable" is one that the frame has lost and can \
            have back, "over" one that is only kept until the next login.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let sessions = try await frame.makeTurnkey().sessions.list()
        for (number, session) in sessions.enumerated() {
            if number > 0, !output.json { try StandardOutput.write(Data()) }
            try output.print(session)
        }
    }
}
