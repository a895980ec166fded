// SPDX-License-Identifier: Apache-2.0
import StampClient

extension SessionContext {
    /// Has the frame start a session with a key that it made and that is registered.
    func activate(
        _ publicKey: PublicKey,
        as name: SessionName,
        _ terms: RunningTerms
    ) async throws(TurnkeyError) -> TurnkeySession {
        events.explainStart(of: publicKey)
        let left = try terms.left(for: name)
        do throws(StampError) {
            let started = try await control.activateSession(publicKey: publicKey, terms: left)
            frame.expect(started.publicKey, of: started.name)
        } catch {
            throw .frame(error)
        }
        return TurnkeySession(name: name, publicKey: publicKey, terms: terms, origin: .generated)
    }

    /// Injects a bundle that this process made.
    func start(_ session: PasskeySession, as name: SessionName) async throws(TurnkeyError) -> TurnkeySession {
        try await start(session.credentialBundle, as: name, expectPublicKey: session.publicKey, session.terms)
    }

    /// Injects a bundle whose key is registered.
    func start(
        _ bundle: String,
        as name: SessionName,
        expectPublicKey: PublicKey?,
        _ terms: RunningTerms
    ) async throws(TurnkeyError) -> TurnkeySession {
        if let expectPublicKey { events.explainStart(of: expectPublicKey) }
        let left = try terms.left(for: name)
        let session = try await inject(bundle, as: name, terms: left, expectPublicKey: expectPublicKey)
        return TurnkeySession(name: name, publicKey: session.publicKey, terms: terms, origin: .bundle)
    }
}
