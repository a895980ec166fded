// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct KeyInitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the embedded key, where there is none."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("How long the key lives (default: 172800, which is 48 h).", valueName: "seconds"),
        transform: readSeconds
    )
    var expirationSeconds: Int?

    func perform() async throws {
        try output.print(try await frame.controlClient.initEmbeddedKey(expirationSeconds: expirationSeconds))
    }
}
