// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct KeyShowCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show the embedded public key.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let shown = try await frame.stampClient.getEmbeddedPublicKey()
        try output.print(Fingerprinted(shown, publicKey: shown.publicKey))
    }
}
