// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

extension StampHeader {
    /// `X-Stamp-Webauthn`, in the API's spelling.
    static func webAuthn(_ assertion: PasskeyAssertion) -> StampHeader {
        // Base64url and constants: nothing needs escaping.
        let json =
            #"{"authenticatorData":"\#(Base64URL.encode(assertion.authenticatorData))","#
            + #""clientDataJson":"\#(Base64URL.encode(assertion.clientDataJson))","#
            + #""credentialId":"\#(Base64URL.encode(assertion.credentialId))","#
            + #""signature":"\#(Base64URL.encode(assertion.signature))"}"#
        return StampHeader(name: "X-Stamp-Webauthn", value: json)
    }
}
