// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// An authenticator that has a user's passkeys: a browser, a security key, or software in a test.
///
/// Its errors say why it did not sign: refused, timed out, no passkey for this `rpId`. Errors that conform to
/// ``PasskeyError`` are shown to people in their own words.
public protocol PasskeyAuthenticator: Sendable {
    /// Asks the user to approve `body`, a request of Turnkey's API: shows what it says, and signs the challenge
    /// `PasskeyChallenge.bytes(for:)` with a passkey of `rpId` (WebAuthn Level 3, §6.3.3).
    ///
    /// `rpId` is the relying party's id, a domain without scheme or port.
    func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion

    /// Makes a passkey for `user` at `rpId` (`navigator.credentials.create`): attestation `none`, ES256, with a
    /// challenge that the authenticator chooses.
    func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation
}
