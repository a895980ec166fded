// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionDropCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Drop a session key that will not be activated.",
        discussion: "A key that is not waiting for its activation changes nothing: a session that it began stays."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    @Argument(
        help: ArgumentHelp("What \"stampctl session create\" printed.", valueName: "public-key"),
        transform: readPublicKey
    )
    var publicKey: PublicKey

    func perform() async throws {
        try await frame.controlClient.dropSessionKey(publicKey: publicKey)
        try output.print(Done())
    }
}
