// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

struct LogoutCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "End a session for everyone, and forget it.",
        discussion: """
            The key stays registered at the API until it expires; its private half is gone. With the last \
            session, the stored user is forgotten too. That the session is over already is no error.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Delete the key at the API too, while the session can still stamp that.")
    var revoke = false

    func perform() async throws {
        let turnkey = try api.makeTurnkey(frame)
        switch try await turnkey.sessions.logout(session.session, revoking: revoke) {
        case .notAsked, .deleted: break
        case .sessionWasOver:
            StandardError.write("stampctl: the session was over, so nothing could delete its key: it expires by itself")
        case .failed(let error):
            try output.print(Done())
            throw Failure(
                "the session has ended, and its key could not be deleted: \(error.message)",
                hint: error.hint ?? "it expires by itself",
                status: ExitStatus(error.fallback)
            )
        }
        try output.print(Done())
    }
}
