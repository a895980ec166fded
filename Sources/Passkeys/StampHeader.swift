// SPDX-License-Identifier: Apache-2.0

/// A header of a stamped request.
public struct StampHeader: Sendable, Hashable {
    /// The header's name: `X-Stamp`, `X-Stamp-Webauthn`, or `X-Session` for a read-only session.
    public let name: String
    /// The header's value.
    public let value: String

    /// Creates a header.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Creates `X-Stamp-Webauthn` of a passkey's assertion, as the API spells it.
    public init(webAuthn assertion: PasskeyAssertion) {
        // Base64url and constants only: nothing needs escaping.
        let json =
            #"{"authenticatorData":"\#(Base64URL.encode(assertion.authenticatorData))","#
            + #""clientDataJson":"\#(Base64URL.encode(assertion.clientDataJson))","#
            + #""credentialId":"\#(Base64URL.encode(assertion.credentialId))","#
            + #""signature":"\#(Base64URL.encode(assertion.signature))"}"#
        self.init(name: "X-Stamp-Webauthn", value: json)
    }
}
