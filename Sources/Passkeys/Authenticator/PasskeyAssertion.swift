// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// An authenticator's answer to `navigator.credentials.get`, as raw bytes.
public struct PasskeyAssertion: Sendable, Hashable {
    /// The credential's id.
    public var credentialId: Data
    /// The authenticator data (WebAuthn Level 3, §6.1).
    public var authenticatorData: Data
    /// The client data, as UTF-8 of JSON.
    public var clientDataJson: Data
    /// The ECDSA signature in DER over `authenticatorData ‖ SHA-256(clientDataJson)`.
    public var signature: Data

    /// Creates an assertion.
    public init(credentialId: Data, authenticatorData: Data, clientDataJson: Data, signature: Data) {
        self.credentialId = credentialId
        self.authenticatorData = authenticatorData
        self.clientDataJson = clientDataJson
        self.signature = signature
    }
}
