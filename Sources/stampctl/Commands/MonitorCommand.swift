// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct MonitorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Print what happens to the frame, until it stops."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        StandardOutput.endWhenUnread()
        let events = try await frame.stampClient.monitor()
        do {
            for try await event in events { try output.print(event) }
        } catch StampError.connectionLost {
            throw Failure(
                "the frame stopped",
                hint: "or it ended this connection alone: a rule changed, or its events were not taken in time",
                status: .tryAgain
            )
        }
    }
}
