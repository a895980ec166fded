// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage

/// The options for the page of the user's own site.
struct SiteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Ask on the login page of your own site, for a passkey of that site.", valueName: "url")
    )
    var site: String?

    @Flag(help: "With --site: read the code that the page shows from standard input, where the site allows that.")
    var paste = false

    func validate() throws {
        guard !paste || site != nil else { throw ValidationError("--paste is for --site") }
    }

    /// Checks that the options fit together.
    ///
    /// - Throws: `ValidationError` if `passkey` asks for something that a site's page does not do.
    func check(_ passkey: PasskeyOptions) throws {
        guard site != nil else { return }
        guard !passkey.browser, !passkey.securityKey else { throw PasskeyOptions.choice }
        guard !passkey.allowLocalhostPasskey else {
            throw ValidationError("--allow-localhost-passkey is for the page of this machine")
        }
        guard passkey.rpId == nil else {
            throw ValidationError("--site asks for the site's own passkeys, not --rp-id's")
        }
    }

    func makePage(_ passkey: PasskeyOptions) throws -> ComparedSite? {
        guard let site else { return nil }
        let page = try SitePage(
            url: site,
            opener: passkey.opener,
            paste: paste ? readCode : nil,
            timeout: passkey.pageTimeout
        )
        return ComparedSite(page: page, notice: paste ? nil : AnnouncedPage.notice)
    }

    @Sendable private func readCode() async -> String { await Question.ask("the code that the page shows:") ?? "" }
}
