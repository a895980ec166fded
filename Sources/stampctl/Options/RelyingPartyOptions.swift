// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import TurnkeyClient

/// The option that names the relying party of passkeys.
struct RelyingPartyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The relying party of the passkeys, to name in the hint when one has to approve (else TURNKEY_RP_ID).",
            valueName: "domain"
        )
    )
    var rpId: String?

    /// Says whose passkey is needed, if only the passkey helps.
    func makeHint() -> String? {
        let rpId = rpId ?? (try? TurnkeyConfiguration.load(defaultOrganizationId: "").rpId)
        return rpId.map { "\"stampctl login\" with a passkey of \($0)" }
    }
}
