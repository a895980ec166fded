// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct MonitorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Print what happens to the frame, until it goes away."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        for try await event in try await frame.stampClient.monitor() { try output.print(event) }
    }
}
