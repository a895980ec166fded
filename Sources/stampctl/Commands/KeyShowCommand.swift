// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct KeyShowCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show the embedded public key.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        try output.print(try await frame.stampClient.getEmbeddedPublicKey())
    }
}
