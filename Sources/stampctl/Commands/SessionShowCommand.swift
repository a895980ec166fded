// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct SessionShowCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a session.")

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let shown = try await frame.stampClient.getSession(session.session)
        try output.print(Fingerprinted(shown, publicKey: shown.publicKey.text))
    }
}
