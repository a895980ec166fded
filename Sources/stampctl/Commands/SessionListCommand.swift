// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient

struct SessionListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the living sessions.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        for (number, session) in try await frame.stampClient.listSessions().enumerated() {
            if number > 0, !output.json { try StandardOutput.write(Data()) }
            try output.print(session)
        }
    }
}
