// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Passkeys

/// Stamps each body with one approval of a passkey.
public struct PasskeyStamper: Stamper {
    private let authenticator: any PasskeyAuthenticator
    private let rpId: String

    /// Creates a stamper that asks for passkeys of `rpId`.
    public init(_ authenticator: any PasskeyAuthenticator, rpId: String) {
        self.authenticator = authenticator
        self.rpId = rpId
    }

    /// True: each stamp is an approval.
    public var promptsUser: Bool { true }

    /// Asks the authenticator for an approval of exactly these bytes, and returns the header to send with them.
    ///
    /// - Throws: Only `.passkey`, with the authenticator's error.
    public func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader {
        let assertion: PasskeyAssertion
        do {
            assertion = try await authenticator.assertion(approving: body, rpId: rpId)
        } catch {
            throw .passkey(error)
        }
        return StampHeader(webAuthn: assertion)
    }
}
