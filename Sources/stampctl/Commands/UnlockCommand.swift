// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct UnlockCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "unlock", abstract: "Let a locked frame stamp again.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try await frame.controlClient.unlock()
        try output.print(Done())
    }
}
