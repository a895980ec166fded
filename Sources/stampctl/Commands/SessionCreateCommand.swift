// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionCreateCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a session key that never leaves the frame.",
        discussion: """
            Have the API register the public key, then start its session with "stampctl session activate". \
            Unactivated, the key is dropped after ten minutes, by "stampctl session drop", or when another is made for the \
            same session.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let publicKey = try await frame.controlClient.createSessionKey(session: session.session)
        try output.print(SessionKey(publicKey: publicKey))
    }
}
