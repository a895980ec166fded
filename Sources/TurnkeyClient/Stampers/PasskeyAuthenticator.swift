// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Something that can prove the presence of a user's passkey: a browser, a security key, or software in a test.
///
/// What it throws says what kept it: refused, timed out, no passkey for this `rpId`. Errors that conform to
/// `PasskeyError` are shown to people as they say.
public protocol PasskeyAuthenticator: Sendable {
    /// Asks the user to approve `body`, a request of Turnkey's API: shows what it says, and signs the challenge that is
    /// made of it, `PasskeyChallenge.bytes(for:)`, with a passkey of `rpId` (WebAuthn Level 3, §6.3.3).
    ///
    /// `rpId` is the relying party's identifier, a domain without scheme or port.
    func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion

    /// Makes a passkey of `user` at `rpId` (`navigator.credentials.create`): attestation `none`, ES256, with a challenge
    /// of its own choice.
    func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation
}
