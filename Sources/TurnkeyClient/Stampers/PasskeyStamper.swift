// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Stamps with one approval of a passkey for each body.
public struct PasskeyStamper: Stamper {
    private let authenticator: any PasskeyAuthenticator
    private let rpId: String

    public init(_ authenticator: any PasskeyAuthenticator, rpId: String) {
        self.authenticator = authenticator
        self.rpId = rpId
    }

    public var promptsUser: Bool { true }

    /// - Throws: `.passkey` with what the authenticator threw.
    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        let assertion: PasskeyAssertion
        do {
            assertion = try await authenticator.assertion(approving: body, rpId: rpId)
        } catch {
            throw .passkey(error)
        }
        // Base64url and constants: nothing needs escaping.
        let json =
            #"{"authenticatorData":"\#(Base64URL.encode(assertion.authenticatorData))","#
            + #""clientDataJson":"\#(Base64URL.encode(assertion.clientDataJson))","#
            + #""credentialId":"\#(Base64URL.encode(assertion.credentialId))","#
            + #""signature":"\#(Base64URL.encode(assertion.signature))"}"#
        return StampHeader(name: "X-Stamp-Webauthn", value: json)
    }
}
