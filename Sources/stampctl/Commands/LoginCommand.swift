// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct LoginCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Start a session with one approval of your passkey.",
        usage: """
            stampctl login [--browser | --site <url> | --security-key] [--bundle]
                           [--expiration-seconds <seconds>] [--session <name>] [<options>]
            """,
        discussion: """
            One of three asks for the passkey. --browser, the default: a page of this machine, for a passkey of \
            localhost, with the sandbox and for development. --site: the page of your own site, for its passkeys. \
            --security-key: this terminal, for a key in a USB port.

            A page shows the fingerprint of a key, and so does the terminal: approve where they are the same. After a \
            site's page, a terminal is asked whether they were; from a script, with no terminal at standard input, \
            no question is asked.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var login: LoginOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let begun = try await login.logIn(frame, api, organization, session: session.session)
        try output.print(BegunSession(begun))
    }
}
