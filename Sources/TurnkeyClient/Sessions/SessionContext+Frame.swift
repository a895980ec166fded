// SPDX-License-Identifier: Apache-2.0
import Crypto
import Logging
import StampClient

extension SessionContext {
    /// Asks the frame whether it would accept the session, before an approval is asked for: refuses too long a life,
    /// and a locked frame.
    ///
    /// It asks the frame to activate a key that does not exist, since a frame checks the terms first. For a key sealed
    /// to another frame, the default limit is assumed.
    ///
    /// - Throws: `.configuration`, `.frame`.
    func checkTerms(expirationSeconds: Int) async throws(TurnkeyError) {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let unregistered = APIKeyStamper(P256.Signing.PrivateKey()).publicKey
        do throws(StampError) {
            _ = try await control.activateSession(
                publicKey: unregistered,
                terms: SessionTerms(expirationSeconds: expirationSeconds)
            )
        } catch .unknownSessionKey {
            return
        } catch .invalidParameter("expirationSeconds") {
            throw .configuration(.expirationTooLong(seconds: expirationSeconds))
        } catch {
            throw .frame(error)
        }
    }

    /// Checks the terms like `checkTerms`; for a key of another frame, or without access to the control socket, by the
    /// default limit.
    func checkTerms(expirationSeconds: Int, targetPublicKey: String) async throws(TurnkeyError) {
        if await isEmbeddedKey(targetPublicKey) { return try await checkTerms(expirationSeconds: expirationSeconds) }
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        guard expirationSeconds <= Self.usualMaximumSeconds else {
            throw .configuration(.expirationTooLong(seconds: expirationSeconds))
        }
    }

    /// Refuses a session that would end before it is of use.
    ///
    /// - Throws: `.configuration(.invalidExpiration)`.
    func checkMinimum(_ expirationSeconds: Int) throws(TurnkeyError) {
        guard expirationSeconds >= Expiry.minimumExpirationSeconds else {
            throw .configuration(.invalidExpiration(expirationSeconds))
        }
    }

    /// The default of a frame's `--maximum-expiration-seconds`.
    static let usualMaximumSeconds = 86_400

    private func isEmbeddedKey(_ publicKey: String) async -> Bool {
        (try? await control.getEmbeddedPublicKey().publicKey) == publicKey
    }

    /// Asks the stamp socket for the session, without changing which key this process's stamps expect.
    func look(at name: SessionName) async throws(TurnkeyError) -> Session {
        do throws(StampError) { return try await frame.look(at: name) } catch { throw .frame(error) }
    }

    /// Asks for a session that is to be used, like `look(at:)`.
    ///
    /// - Throws: `.frame(.publicKeyMismatch)` if this process has seen another key, and this one is not known to have
    ///   replaced it.
    func lookAtOwn(_ name: SessionName) async throws(TurnkeyError) -> Session {
        let session = try await look(at: name)
        if let expected = frame.expectedPublicKey(of: name), expected != session.publicKey,
            await !isKnown(session.publicKey, as: name)
        {
            throw .frame(.publicKeyMismatch(publicKey: session.publicKey, fallback: .never))
        }
        return session
    }

    func initEmbeddedKey() async throws(TurnkeyError) -> String {
        do throws(StampError) { return try await control.initEmbeddedKey().publicKey } catch { throw .frame(error) }
    }

    func inject(
        _ bundle: String,
        as session: SessionName,
        terms: SessionTerms,
        expectPublicKey: PublicKey?
    ) async throws(TurnkeyError) -> Session {
        do throws(StampError) {
            let started = try await control.injectCredentialBundle(
                bundle,
                session: session,
                terms: terms,
                expectPublicKey: expectPublicKey
            )
            frame.expect(started.publicKey, of: started.name)
            return started
        } catch {
            throw .frame(error)
        }
    }

    /// Has the frame make a key, and drops the key if the task is cancelled meanwhile.
    func createSessionKey(_ session: SessionName) async throws(TurnkeyError) -> PublicKey {
        let key = try await uncancelled { () throws(TurnkeyError) in
            do throws(StampError) { return try await self.control.createSessionKey(session: session) } catch {
                throw .frame(error)
            }
        }
        guard Task.isCancelled else { return key }
        await dropSessionKey(key)
        throw .cancelled
    }

    /// Drops a key that will not be activated. If that fails, the frame drops it within ten minutes.
    func dropSessionKey(_ publicKey: PublicKey) async {
        do throws(TurnkeyError) {
            try await uncancelled { () throws(TurnkeyError) in
                do throws(StampError) { try await self.control.dropSessionKey(publicKey: publicKey) } catch {
                    throw .frame(error)
                }
            }
        } catch {
            connection.logger.info("a session key was not dropped", metadata: ["reason": "\(error)"])
        }
    }

    /// Prevents a session of this name from being started by others: replaces the waiting key, and drops the
    /// replacement.
    func dropWaitingKey(of session: SessionName) async {
        do throws(TurnkeyError) { await dropSessionKey(try await createSessionKey(session)) } catch {
            connection.logger.info("no waiting session key was dropped", metadata: ["reason": "\(error)"])
        }
    }

    func endSession(_ name: SessionName) async throws(TurnkeyError) {
        do throws(StampError) { try await control.endSession(name) } catch { throw .frame(error) }
        frame.expectAnyKey(of: name)
    }
}
