// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Something that can prove the presence of a user's passkey: a browser, a security key, or software in a test.
public protocol PasskeyAuthenticator: Sendable {
    /// Asks the user to approve `challenge` with a passkey of `rpId` (WebAuthn Level 3, §6.3.3).
    ///
    /// - Parameters:
    ///   - challenge: The bytes that the client data's `challenge` spells in base64url. For a Turnkey stamp: the 64
    ///     UTF-8 bytes of the lower-case hex of the body's SHA-256.
    ///   - rpId: The relying party's identifier, a domain without scheme or port.
    /// - Returns: The assertion, its members in raw bytes.
    /// - Throws: Whatever kept the assertion from being made: refused, timed out, no passkey for this `rpId`.
    func assertion(challenge: Data, rpId: String) async throws -> PasskeyAssertion
}

/// What an authenticator answers to `navigator.credentials.get`, in raw bytes.
public struct PasskeyAssertion: Sendable, Hashable {
    public var credentialId: Data
    public var authenticatorData: Data
    public var clientDataJson: Data
    /// ECDSA in DER over `authenticatorData ‖ SHA-256(clientDataJson)`.
    public var signature: Data

    public init(credentialId: Data, authenticatorData: Data, clientDataJson: Data, signature: Data) {
        self.credentialId = credentialId
        self.authenticatorData = authenticatorData
        self.clientDataJson = clientDataJson
        self.signature = signature
    }
}
