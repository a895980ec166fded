// SPDX-License-Identifier: Apache-2.0
import StampClient

/// A stamp with a session whose key this user's programs may replace meanwhile, by a refresh or a new login.
struct RefreshedStamp: Sendable {
    /// The stamp socket, which has the key that is expected.
    let frame: StampClient
    /// Stamps in `frame`'s place, with the key that `frame` expects.
    let control: ControlClient?
    let session: SessionName
    /// The key that must stamp, before the one that `frame` expects; what is found then does not change that.
    let expectedKey: PublicKey?
    /// Whether a key is known to have replaced the one that this client saw, for example by a refresh elsewhere.
    let isKnownKey: @Sendable (PublicKey) async -> Bool

    /// More refreshes than can happen during one stamp.
    private static let maximumKeys = 4

    /// Has the frame stamp, with the expected key or one that is known to have replaced it.
    ///
    /// - Throws: `.publicKeyMismatch` for any other key, or any other error of the frame.
    func stamp(_ payload: String) async throws(StampError) -> Stamp {
        var expected = expectedKey
        for _ in 1..<Self.maximumKeys {
            do throws(StampError) {
                return try await stamp(payload, expecting: expected)
            } catch .publicKeyMismatch(let publicKey, let fallback) {
                if await isKnownKey(publicKey) {
                    if expectedKey == nil { frame.expect(publicKey, of: session) }
                    expected = publicKey
                } else if try await frame.look(at: session).publicKey == publicKey {
                    throw .publicKeyMismatch(publicKey: publicKey, fallback: fallback)
                }
                // Otherwise it was refreshed again meanwhile; the next try asks about that key.
            }
        }
        return try await stamp(payload, expecting: expected)
    }

    private func stamp(_ payload: String, expecting expected: PublicKey?) async throws(StampError) -> Stamp {
        var request = StampRequest(payload: payload, session: session, expectPublicKey: expected)
        request.patience = SocketStamper.confirmationPatience
        guard let control else { return try await frame.stamp(request) }
        request.expectPublicKey = expected ?? frame.expectedPublicKey(of: session)
        do throws(StampError) {
            return try await control.stamp(exactly: request)
        } catch {
            frame.forgetEndedSession(session, error)
            throw error
        }
    }
}
