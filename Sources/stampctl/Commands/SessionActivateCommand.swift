// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionActivateCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Start the session of a key that the API has registered."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var terms: TermsOptions
    @OptionGroup var output: OutputOptions

    @Argument(
        help: ArgumentHelp("What \"stampctl session create\" printed.", valueName: "public-key"),
        transform: readPublicKey
    )
    var publicKey: PublicKey

    func perform() async throws {
        try output.print(try await frame.controlClient.activateSession(publicKey: publicKey, terms: terms.terms))
    }
}
