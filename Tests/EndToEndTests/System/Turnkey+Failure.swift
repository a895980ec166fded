// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

extension Turnkey {
    /// Logs in by the passkey, which must fail; answers at which step and why.
    func expectLoginFailure(_ way: SessionWay) async throws -> SessionFailure {
        do throws(TurnkeyError) {
            try await passkeyClient().loginWithPasskey(way: way)
        } catch .session(let failure) {
            return failure
        }
        throw WaitTimedOut(what: "a failure")
    }
}
