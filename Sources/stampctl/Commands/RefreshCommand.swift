// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct RefreshCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Go on with a new key before the session ends, without asking the user.",
        discussion: """
            The frame makes the new key, the old one registers it (stamp_login), and it takes the place of the old key. If \
            anything fails, the old key stamps on.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("How long it lives then (default: as long as was asked for last).", valueName: "seconds"),
        transform: readSessionSeconds
    )
    var expirationSeconds: Int?

    @Flag(help: "End the user's other login sessions.")
    var invalidateExisting = false

    var passkeyHint: String? { relyingParty.makeHint() }

    func perform() async throws {
        let session = try await refresh()
        for warning in session.warnings { StandardError.write("stampctl: \(warning.message)") }
        try output.print(BegunSession(session))
    }

    private func refresh() async throws -> TurnkeySession {
        do {
            return try await api.makeTurnkey(frame).sessions.refresh(
                session.session,
                expirationSeconds: expirationSeconds,
                invalidateExisting: invalidateExisting
            )
        } catch TurnkeyError.configuration(.missingOrganization) {
            // Neither its injector nor a login has named one, and this command has no option for it.
            let hint = TurnkeyError.configuration(.missingOrganization).hint
            throw Failure("whose organization's the session is, is not known", hint: hint, status: .wrongUsage)
        }
    }
}
