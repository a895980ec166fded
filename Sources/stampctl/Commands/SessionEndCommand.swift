// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionEndCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "end", abstract: "End a session.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try await frame.controlClient.endSession(session.session)
        try output.print(Done())
    }
}
