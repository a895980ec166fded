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
    /// As WebAuthn spells them: `internal`, `hybrid`, `usb`, `nfc`, `ble`. May be empty, and hold words that no API knows.
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

extension PasskeyAttestation {
    /// The API's words for the transports, each once: hints for a browser, so that a word that the API lacks is left out
    /// (WebAuthn Level 3, §5.8.4: unknown values are ignored). `cable` is what `hybrid` was called before.
    var apiTransports: [String] {
        let words = transports.compactMap { transport -> String? in
            switch transport.lowercased() {
            case "internal", "hybrid", "usb", "nfc", "ble": "AUTHENTICATOR_TRANSPORT_\(transport.uppercased())"
            case "cable": "AUTHENTICATOR_TRANSPORT_HYBRID"
            default: nil
            }
        }
        return words.enumerated().filter { !words[..<$0.offset].contains($0.element) }.map(\.element)
    }
}
