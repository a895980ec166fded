// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage
import SecurityKey
import TurnkeyClient

/// The options for where the passkey is asked for: on a page of this machine, or at a security key.
struct PasskeyOptions: ParsableArguments {
    @Flag(help: "Ask on a page of this machine, for a passkey of localhost (the default).")
    var browser = false

    @Flag(help: "Ask at a security key in a USB port, here at the terminal; no browser takes part.")
    var securityKey = false

    @Option(
        help: ArgumentHelp(
            "Whose passkey (else TURNKEY_RP_ID; a page of this machine: localhost).",
            valueName: "domain"
        )
    )
    var rpId: String?

    @Flag(name: .customLong("no-open"), help: "Only print the page's address; you open it.")
    var isOnlyPrinted = false

    @Flag(help: "Use a passkey of localhost with an API elsewhere. Any server of this machine can ask for it too.")
    var allowLocalhostPasskey = false

    @Option(
        help: ArgumentHelp(
            "How long to wait for the approval (default: 120; at a security key: 60).",
            valueName: "seconds"
        ),
        transform: readTimeout
    )
    var timeoutSeconds: Int?

    func validate() throws {
        guard !(browser && securityKey) else { throw Self.choice }
        guard !(isOnlyPrinted && securityKey) else { throw ValidationError("--no-open is for pages") }
        guard !(allowLocalhostPasskey && securityKey) else {
            throw ValidationError("--allow-localhost-passkey is for the page of this machine")
        }
    }

    /// Whether any of the options was given.
    var areGiven: Bool {
        browser || securityKey || rpId != nil || isOnlyPrinted || allowLocalhostPasskey || timeoutSeconds != nil
    }

    static let choice = ValidationError("--browser, --site and --security-key exclude one another")

    /// How long a page waits.
    var pageTimeout: Duration { .seconds(timeoutSeconds ?? 120) }

    /// Announces the address on a line of its own on standard error.
    var opener: PageOpener { PageOpener(isOnlyPrinted ? .printing : .browser) { StandardError.write($0) } }

    /// The relying party if none is named; none for a security key, which has passkeys of many.
    var defaultRpId: String? { securityKey ? nil : "localhost" }

    /// Makes the authenticator for requests to `config`'s API.
    ///
    /// - Throws: `Failure` if it is already known that it cannot work.
    func makeAuthenticator(_ config: TurnkeyConfiguration) throws -> any PasskeyAuthenticator {
        guard !securityKey else {
            let options = SecurityKeyOptions(timeout: .seconds(timeoutSeconds ?? 60))
            return SecurityKey(prompts: TerminalPrompts { StandardError.write($0) }, options: options)
        }
        let page = LocalhostPasskey(
            api: config.apiBaseUrl,
            allowLocalhostPasskey: allowLocalhostPasskey,
            opener: opener,
            timeout: pageTimeout
        )
        if let rpId = config.rpId { try page.check(rpId) }
        return AnnouncedPage(page: page)
    }
}

/// Reads 1 to 600 seconds.
///
/// - Throws: `ValidationError` for anything else.
@Sendable private func readTimeout(_ text: String) throws -> Int {
    let seconds = try readSeconds(text)
    guard seconds <= 600 else { throw ValidationError("it is 600 seconds at most") }
    return seconds
}
