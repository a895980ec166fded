// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage
import SecurityKey
import TurnkeyClient

/// Where the passkey is asked for: on a page of this machine, or at a security key.
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

    static let choice = ValidationError("--browser, --site and --security-key exclude one another")

    /// How long a page waits.
    var pageTimeout: Duration { .seconds(timeoutSeconds ?? 120) }

    /// The address is a line of its own on standard error.
    var opener: PageOpener { PageOpener(isOnlyPrinted ? .printing : .browser) { StandardError.write($0) } }

    /// Of which relying party the passkeys are where nothing names one; none for a security key, which has them of many.
    var defaultRpId: String? { securityKey ? nil : "localhost" }

    /// The authenticator that approves what is asked of `config`'s API.
    ///
    /// - Throws: where it can tell already that it will not.
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
        return AwaitedPage(page: page)
    }
}

/// - Throws: for anything but 1 to 600.
@Sendable private func readTimeout(_ text: String) throws -> Int {
    let seconds = try readSeconds(text)
    guard seconds <= 600 else { throw ValidationError("it is 600 seconds at most") }
    return seconds
}
