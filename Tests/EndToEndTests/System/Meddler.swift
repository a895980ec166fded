// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import TurnkeyClient

/// A passkey that approves, and then does something before its answer is used.
struct Meddler: PasskeyAuthenticator {
    let passkey: SoftwarePasskey
    let meddle: @Sendable () throws -> Void

    func assertion(approving body: Data, rpId: String) async throws -> PasskeyAssertion {
        let assertion = try await passkey.assertion(approving: body, rpId: rpId)
        try meddle()
        return assertion
    }

    func registration(of user: PasskeyUser, rpId: String) async throws -> PasskeyAttestation {
        try await passkey.registration(of: user, rpId: rpId)
    }
}
