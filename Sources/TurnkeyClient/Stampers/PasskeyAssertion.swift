// SPDX-License-Identifier: Apache-2.0
public import Foundation

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
