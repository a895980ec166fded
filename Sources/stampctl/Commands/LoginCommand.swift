// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage
import TurnkeyClient

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
            nobody is asked.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var passkey: PasskeyOptions
    @OptionGroup var site: SiteOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("How long the session lives.", valueName: "seconds"),
        transform: readSessionSeconds
    )
    var expirationSeconds = 900

    @Flag(help: "Make the key outside the frame, and hand it over in a bundle; else it is born inside and stays there.")
    var bundle = false

    func validate() throws { try site.check(passkey) }

    func perform() async throws {
        let begun = try await Interruption.cancelling(logIn)
        for warning in begun.warnings { StandardError.write("stampctl: \(warning.message)") }
        try output.print(BegunSession(begun))
    }

    @Sendable private func logIn() async throws -> TurnkeySession {
        if let page = try site.makePage(passkey) { return try await logIn(at: page) }
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId, passkey)
        return try await turnkey.passkeyClient().loginWithPasskey(
            session: session.session,
            expirationSeconds: expirationSeconds,
            way: bundle ? .bundle : .stampLogin,
            acceptingUser: confirm
        )
    }

    private func logIn(at page: ComparedSite) async throws -> TurnkeySession {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
        guard bundle else {
            return try await turnkey.login(
                session: session.session,
                expirationSeconds: expirationSeconds,
                acceptingUser: confirm,
                stampedBy: page.stampLogin
            )
        }
        return try await turnkey.login(
            session: session.session,
            expirationSeconds: expirationSeconds,
            acceptingUser: confirm,
            bundledBy: page.makeBundle
        )
    }

    /// Without a terminal nobody can say that another user is right.
    @Sendable private func confirm(userId: String, storedUserId: String) async -> Bool {
        guard Question.canBeAsked else { return false }
        return await Question.ask(
            "this is user \(userId), and the last login was \(storedUserId)'s. Type yes to go on:"
        ) == "yes"
    }
}
