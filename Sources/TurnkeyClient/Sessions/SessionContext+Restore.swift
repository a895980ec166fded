// SPDX-License-Identifier: Apache-2.0
import Logging
import StampClient

extension SessionContext {
    /// Injects the session's stored bundle again, if it is alive and the frame can open it.
    ///
    /// Returns `false` if there is none, or this process may not inject.
    ///
    /// - Throws: Other errors of the frame; but a bundle that has expired, or is sealed to a key that the frame lacks,
    ///   counts as none.
    func restore(_ name: SessionName) async throws(TurnkeyError) -> Bool {
        guard let stored = try readState()[name], stored.apiBaseUrl == config.apiBaseUrl.text,
            let bundle = stored.credentialBundle
        else { return false }
        let asked = ContinuousClock.now
        let status = try await getStatus()
        let frameStart = status.start(askedAt: asked)
        guard stored.isRestorable(into: status.embeddedPublicKey, since: frameStart) else { return false }
        do throws(TurnkeyError) {
            _ = try await start(bundle, as: name, expectPublicKey: stored.publicKey, stored.terms)
        } catch .frame(.notPermitted), .frame(.sessionExpired), .frame(.noEmbeddedKey) {
            return false
        }
        await markStarted(name, publicKey: stored.publicKey)
        events.publish(.created(session: name, publicKey: stored.publicKey))
        return true
    }

    func getStatus() async throws(TurnkeyError) -> Status {
        do throws(StampError) { return try await frame.getStatus() } catch { throw .frame(error) }
    }

    /// Records that the frame has the session. The session works without that record.
    func markStarted(_ name: SessionName, publicKey: PublicKey) async {
        do throws(TurnkeyError) {
            try await updateState { state in
                guard state[name]?.publicKey == publicKey else { return }
                state[name]?.startedAt = StoredInstant(.now)
            }
        } catch {
            connection.logger.info("a session's start was not stored", metadata: ["reason": "\(error)"])
        }
    }

    /// Forgets a session that the API no longer knows, unless another has taken its name meanwhile.
    func forget(_ session: Session) async {
        do throws(TurnkeyError) {
            try await updateState { state in
                guard state[session.name]?.publicKey == session.publicKey else { return }
                state[session.name] = nil
            }
        } catch {
            connection.logger.info("a dead session was not forgotten", metadata: ["reason": "\(error)"])
        }
    }
}

extension Status {
    /// When the frame was started, or somewhat earlier: the answer comes later than the question, by any time on a busy
    /// machine, and a session that began after the start must not seem to have begun before it.
    func start(askedAt question: ContinuousClock.Instant) -> ContinuousClock.Instant {
        question - .milliseconds(uptimeMilliseconds)
    }
}
