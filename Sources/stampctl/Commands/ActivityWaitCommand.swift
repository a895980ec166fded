// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct ActivityWaitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for an activity's end, and print it.",
        discussion: """
            For the activity that a command named when it gave up, or that needs another approval. Polls slower where \
            the API asks for it, and gives up with 4 where it is still pending, with 5 where it still needs approval.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The activity's identifier, a UUID.")
    var id: String

    @Option(
        help: ArgumentHelp("How long to wait (1 to 86400; default: 30).", valueName: "seconds"),
        transform: readWait
    )
    var timeoutSeconds = 30

    var passkeyHint: String? { relyingParty.makeHint() }

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
        let client = turnkey.sessionClient(session: try turnkey.resolve(session))
        let activity = try await client.waitForActivity(id, limit: .seconds(timeoutSeconds))
        try output.print(answer: activity.answer)
    }
}

/// Reads 1 to 86400 seconds.
///
/// - Throws: `ValidationError` for anything else.
@Sendable private func readWait(_ text: String) throws -> Int {
    let seconds = try readSeconds(text)
    guard seconds <= 86_400 else { throw ValidationError("it is 86400 seconds at most") }
    return seconds
}
