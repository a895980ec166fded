// SPDX-License-Identifier: Apache-2.0
import Logging
import StampClient

extension SessionContext {
    /// Injects the session's stored bundle again, where there is one that lives and that the frame can open.
    ///
    /// `false`: there is none, or this process may not inject.
    /// - Throws: what else the frame says; a bundle that it says has expired, or whose key it has not, is none.
    func restore(_ name: String) async throws(TurnkeyError) -> Bool {
        guard let stored = try readState()[name], stored.apiBaseUrl == config.apiBaseUrl.text,
            let bundle = stored.credentialBundle
        else { return false }
        let status = try await getStatus()
        guard stored.isRestorable(into: status.embeddedPublicKey, since: status.start) else { return false }
        do throws(TurnkeyError) {
            _ = try await start(
                bundle,
                as: name,
                expectPublicKey: stored.publicKey,
                organizationId: stored.organizationId,
                userId: stored.userId,
                stored.expiry.expiry
            )
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

    /// Writes down that the frame has the session. The session works without that.
    func markStarted(_ name: String, publicKey: String) async {
        do throws(TurnkeyError) {
            try await updateState { state in
                guard state[name]?.publicKey == publicKey else { return }
                state[name]?.startedAt = StoredInstant(.now)
            }
        } catch {
            connection.logger.info("a session's start was not stored", metadata: ["reason": "\(error)"])
        }
    }

    /// Forgets a session that the API knows no more, unless another has taken its name meanwhile.
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
    /// When the frame was started.
    var start: ContinuousClock.Instant { .now - .milliseconds(uptimeMilliseconds) }
}
