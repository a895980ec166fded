// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage
import StampClient
import TurnkeyClient

/// The options of a login: how it asks for the passkey, and which session it starts.
struct LoginOptions: ParsableArguments {
    @OptionGroup var passkey: PasskeyOptions
    @OptionGroup var site: SiteOptions

    @Option(
        help: ArgumentHelp("How long the session lives (default: 900).", valueName: "seconds"),
        transform: readSessionSeconds
    )
    var expirationSeconds: Int?

    @Flag(help: "Make the key outside the frame, and hand it over in a bundle; else it is born inside and stays there.")
    var bundle = false

    func validate() throws { try site.check(passkey) }

    /// Whether any of the options was given.
    var areGiven: Bool { passkey.areGiven || site.site != nil || expirationSeconds != nil || bundle }

    /// Starts the session with one approval, and prints its warnings to standard error.
    func logIn(
        _ frame: FrameOptions,
        _ api: APIOptions,
        _ organization: OrganizationOptions,
        session: SessionName?
    ) async throws -> TurnkeySession {
        let way = PasskeyLogin(
            passkey: passkey,
            site: site,
            isBundled: bundle,
            expirationSeconds: expirationSeconds ?? 900
        )
        return try await way.logIn(frame, api, organization, session: session)
    }
}
