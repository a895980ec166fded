// SPDX-License-Identifier: Apache-2.0
import LoginPage
import SecurityKey
import TurnkeyClient

extension Failure {
    init(_ error: any PasskeyError) {
        self.init(error.message, hint: Self.makeHint(error) ?? error.hint, status: Self.makeStatus(error))
    }

    /// 4 only if the same command can succeed the next time, without any other step before.
    private static func makeStatus(_ error: any PasskeyError) -> ExitStatus {
        switch error {
        case LoginPageError.timedOut, SecurityKeyError.timedOut, SecurityKeyError.busy, SecurityKeyError.connectionLost:
            .tryAgain
        case LoginPageError.invalidSiteURL, LoginPageError.foreignRelyingParty, LoginPageError.localhostPasskeyRefused,
            SecurityKeyError.unusableRpId:
            .wrongUsage
        default: .never
        }
    }

    /// Translates the library's hints, which name ways, to options.
    private static func makeHint(_ error: any PasskeyError) -> String? {
        switch error {
        case LoginPageError.foreignRelyingParty:
            "give --site URL, the login page of a site of that name, or --security-key"
        case LoginPageError.localhostPasskeyRefused:
            "give --site URL or --security-key; or --allow-localhost-passkey, knowing that any local server may ask for it"
        case SecurityKeyError.noCredential:
            "use the key that was registered, or register this one: \"stampctl register --security-key\""
        default: nil
        }
    }
}
