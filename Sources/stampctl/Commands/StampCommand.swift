// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

struct StampCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "stamp",
        abstract: "Stamp a payload: print the header that proves who sent it.",
        discussion: """
            Where a rule of the socket wants somebody's yes ("stampctl confirm"), it waits for that.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var door: DoorOptions

    @Option(
        help: ArgumentHelp("Refuse to stamp with another key than this.", valueName: "public-key"),
        transform: readPublicKey
    )
    var expectPublicKey: String?

    @Argument(help: "The payload's file, or - for standard input. Every byte counts, a newline at its end too.")
    var file = InputFile.standardInput

    func perform() async throws {
        let payload = try file.readText()
        let client = frame.stampClient(at: door.door)
        let stamp = try await AwaitedYes.telling(client) {
            try await client.stamp(
                payload: payload,
                session: session.session,
                expectPublicKey: expectPublicKey,
                patience: SocketStamper.confirmationPatience
            )
        }
        try output.print(stamp)
    }
}
