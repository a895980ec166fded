// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// An authenticator's answer to `navigator.credentials.create`, as raw bytes.
public struct PasskeyAttestation: Sendable, Hashable {
    /// The credential's id.
    public var credentialId: Data
    /// The client data, as UTF-8 of JSON.
    public var clientDataJson: Data
    /// The attestation object: CBOR of the format `none` (WebAuthn Level 3, §6.5.4).
    public var attestationObject: Data
    /// The challenge as raw bytes. `clientDataJson` holds the same bytes in base64url; nothing here compares the two.
    public var challenge: Data
    /// The transports as WebAuthn spells them: `internal`, `hybrid`, `usb`, `nfc`, `ble`. May be empty, and hold words
    /// that the API does not know.
    public var transports: [String]

    /// Creates an attestation from its parts, unchecked.
    public init(
        credentialId: Data,
        clientDataJson: Data,
        attestationObject: Data,
        challenge: Data,
        transports: [String]
    ) {
        self.credentialId = credentialId
        self.clientDataJson = clientDataJson
        self.attestationObject = attestationObject
        self.challenge = challenge
        self.transports = transports
    }
}
