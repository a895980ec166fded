// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import LoginPage
import TurnkeyClient

struct LoginCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Start a session with one approval of your passkey.",
        discussion: """
            A page of this machine asks for a passkey of localhost, for the sandbox and for development; with --site, \
            the page of your own site asks for yours. Compare the key's fingerprint with the one that the page shows.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var site: SiteOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("How long the session lives.", valueName: "seconds"),
        transform: readSessionSeconds
    )
    var expirationSeconds = 900

    @Flag(help: "Make the key outside the frame, and hand it over in a bundle; else it is born inside and stays there.")
    var bundle = false

    func perform() async throws {
        let begun = try await logIn()
        for warning in begun.warnings { StandardError.write("stampctl: \(warning.message)") }
        try output.print(BegunSession(begun))
    }

    private func logIn() async throws -> TurnkeySession {
        let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId, page)
        guard let site = try site.makePage(page.opener) else {
            return try await turnkey.passkeyClient().loginWithPasskey(
                session: session.session,
                expirationSeconds: expirationSeconds,
                way: bundle ? .bundle : .stampLogin,
                acceptingUser: confirm
            )
        }
        guard bundle else {
            return try await turnkey.login(
                session: session.session,
                expirationSeconds: expirationSeconds,
                acceptingUser: confirm,
                stampedBy: site.stampLogin
            )
        }
        return try await turnkey.login(
            session: session.session,
            expirationSeconds: expirationSeconds,
            acceptingUser: confirm,
            bundledBy: site.makeBundle
        )
    }

    /// Without a terminal nobody can say that another user is right.
    @Sendable private func confirm(userId: String, storedUserId: String) async -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return false }
        StandardError.write("This is user \(userId), and the last login was \(storedUserId)'s. Type yes to go on:")
        return readLine() == "yes"
    }
}
