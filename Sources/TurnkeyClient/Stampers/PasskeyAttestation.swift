// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What an authenticator answers to `navigator.credentials.create`, in raw bytes.
public struct PasskeyAttestation: Sendable, Hashable {
    public var credentialId: Data
    public var clientDataJson: Data
    /// CBOR, format `none` (WebAuthn Level 3, §6.5.4).
    public var attestationObject: Data
    /// What `clientDataJson` spells in base64url.
    public var challenge: Data
    /// As WebAuthn spells them: `internal`, `hybrid`, `usb`, `nfc`, `ble`.
    public var transports: [String]

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
