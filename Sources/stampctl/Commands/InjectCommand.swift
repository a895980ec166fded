// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import StampClient

struct InjectCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "inject",
        abstract: "Start a session from a credential bundle."
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SessionOptions
    @OptionGroup var terms: TermsOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("Refuse a bundle that holds another key than this.", valueName: "public-key"),
        transform: readPublicKey
    )
    var expectPublicKey: PublicKey?

    @Argument(help: "The bundle's file, or - for standard input. One newline at its end is not part of it.")
    var file = InputFile.standardInput

    func perform() async throws {
        var bundle = try file.readText()
        if bundle.utf8.last == 0x0A { bundle = String(decoding: bundle.utf8.dropLast(), as: UTF8.self) }
        try output.print(try await inject(bundle))
    }

    private func inject(_ bundle: String) async throws -> Session {
        do throws(StampError) {
            return try await frame.controlClient.injectCredentialBundle(
                bundle,
                session: session.session,
                terms: terms.terms,
                expectPublicKey: expectPublicKey
            )
        } catch {
            // A bundle whose text is correct, but that does not open, shows no fault in its text.
            guard case .invalidBundle(let reason, _) = error, reason != .decryption else { throw error }
            let failure = Failure(error)
            throw Failure(failure.message, hint: BundleText(text: bundle).hint ?? failure.hint, status: failure.status)
        }
    }
}
