// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct StatusCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the frame is and has done."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try output.print(try await frame.stampClient.getStatus())
    }
}
