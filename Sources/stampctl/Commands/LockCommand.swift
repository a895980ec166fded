// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct LockCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Make the frame refuse to stamp and to start sessions."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try await frame.controlClient.lock()
        try output.print(Done())
    }
}
