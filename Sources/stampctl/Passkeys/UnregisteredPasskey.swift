// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// A passkey that was made and that the API does not know, as far as is known.
struct UnregisteredPasskey {
    let user: PasskeyUser
    let rpId: String
    let credentialId: Data

    /// Returns what exists now and what to do about it, for people.
    func lines(after error: TurnkeyError, atSecurityKey: Bool) -> [String] {
        let id = Base64URL.encode(credentialId)
        let place =
            atSecurityKey
            ? "\"fido2-token -L -k \(rpId) DEVICE\" lists it, \"fido2-token -D -i ID DEVICE\" deletes it"
            : "the passkeys in your browser's or system's settings"
        let what = "the passkey of \(user.userName) at \(rpId) was made (credential id \(id))"
        guard !error.isOutcomeUnknown else {
            return [
                "stampctl: \(what), and whether it is registered is not known",
                "hint: look for the id among the user's authenticators (get_authenticators) before you delete it: \(place)",
            ]
        }
        return [
            "stampctl: \(what), and could not be registered",
            "hint: delete it where it is kept, or leave it unused, and run this again for another: \(place)",
        ]
    }
}
