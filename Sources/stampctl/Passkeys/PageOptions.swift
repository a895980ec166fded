// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import LoginPage
import TurnkeyClient

/// The page on this machine that asks for a passkey.
struct PageOptions: ParsableArguments {
    @Flag(name: .customLong("no-open"), help: "Only print the page's address; you open it.")
    var isOnlyPrinted = false

    @Flag(help: "Use a passkey of localhost with an API elsewhere. Any server of this machine can ask for it too.")
    var allowLocalhostPasskey = false

    /// The address is a line of its own on standard error.
    var opener: PageOpener { PageOpener(isOnlyPrinted ? .printing : .browser) { StandardError.write($0) } }

    /// The authenticator that approves what is asked of `config`'s API.
    func makeAuthenticator(_ config: TurnkeyConfiguration) -> any PasskeyAuthenticator {
        LocalhostPasskey(api: config.apiBaseUrl, allowLocalhostPasskey: allowLocalhostPasskey, opener: opener)
    }
}
