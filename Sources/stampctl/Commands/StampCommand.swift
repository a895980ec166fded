// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient
import TurnkeyClient

struct StampCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "stamp",
        abstract: "Stamp a payload: print the header that proves who sent it.",
        discussion: """
            Where a rule of the socket asks for a confirmation ("stampctl confirm"), it waits for that.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var socket: SocketOptions

    @Option(
        help: ArgumentHelp("Refuse to stamp with another key than this.", valueName: "public-key"),
        transform: readPublicKey
    )
    var expectPublicKey: PublicKey?

    @Argument(help: "The payload's file, or - for standard input. Every byte counts, a newline at its end too.")
    var file = InputFile.standardInput

    func perform() async throws {
        let payload = try file.readText()
        let client = frame.stampClient(at: socket.socket)
        let stamp = try await ConfirmationNotice.telling(client) {
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
