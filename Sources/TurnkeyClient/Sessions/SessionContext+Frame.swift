// SPDX-License-Identifier: Apache-2.0
import Crypto
import Logging
import StampClient

extension SessionContext {
    /// Has the frame refuse now what it would refuse after somebody approved it: too long a session, a lock.
    ///
    /// Asks it to activate a key that it cannot have; a frame looks at the terms first. A key that is sealed to another
    /// frame than the one that is reached is measured by the limit that frames have unless told otherwise.
    /// - Throws: `.configuration`, `.frame`.
    func checkTerms(expirationSeconds: Int) async throws(TurnkeyError) {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let stranger = APIKeyStamper(P256.Signing.PrivateKey()).publicKey
        do throws(StampError) {
            _ = try await control.activateSession(
                publicKey: stranger,
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

    /// As `checkTerms`; for a key of another frame, or where the control socket is not ours, by the usual limit.
    func checkTerms(expirationSeconds: Int, targetPublicKey: String) async throws(TurnkeyError) {
        if await isEmbeddedKey(targetPublicKey) { return try await checkTerms(expirationSeconds: expirationSeconds) }
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        guard expirationSeconds <= Self.usualMaximumSeconds else {
            throw .configuration(.expirationTooLong(seconds: expirationSeconds))
        }
    }

    /// - Throws: `.configuration(.invalidExpiration)` for a session that would be over before it is of use.
    func checkMinimum(_ expirationSeconds: Int) throws(TurnkeyError) {
        guard expirationSeconds >= Expiry.minimumExpirationSeconds else {
            throw .configuration(.invalidExpiration(expirationSeconds))
        }
    }

    /// A frame's `--maximum-expiration-seconds` unless it is told otherwise.
    static let usualMaximumSeconds = 86_400

    private func isEmbeddedKey(_ publicKey: String) async -> Bool {
        (try? await control.getEmbeddedPublicKey().publicKey) == publicKey
    }

    /// What the stamp socket says of the session; what this process's stamps expect stays as it was.
    func look(at name: String) async throws(TurnkeyError) -> Session {
        do throws(StampError) { return try await frame.look(at: name) } catch { throw .frame(error) }
    }

    /// As `look(at:)`, for who goes on with the session.
    ///
    /// - Throws: `.frame(.publicKeyMismatch)` where this process has seen another key, and nobody vouches for this one.
    func lookAtOwn(_ name: String) async throws(TurnkeyError) -> Session {
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
        as session: String,
        terms: SessionTerms,
        expectPublicKey: String?
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

    /// The frame's new key, whose end is ours: whoever is cancelled meanwhile drops it too.
    func createSessionKey(_ session: String) async throws(TurnkeyError) -> String {
        let key = try await uncancelled { () throws(TurnkeyError) in
            do throws(StampError) { return try await self.control.createSessionKey(session: session) } catch {
                throw .frame(error)
            }
        }
        guard Task.isCancelled else { return key }
        await dropSessionKey(key)
        throw .cancelled
    }

    /// Frees the place of a key that will not be activated. Where that fails, the frame drops it within ten minutes.
    func dropSessionKey(_ publicKey: String) async {
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

    /// Whoever was about to start a session of this name cannot: another key takes the waiting one's place, and is dropped.
    func dropWaitingKey(of session: String) async {
        do throws(TurnkeyError) { await dropSessionKey(try await createSessionKey(session)) } catch {
            connection.logger.info("no waiting session key was dropped", metadata: ["reason": "\(error)"])
        }
    }

    func endSession(_ name: String) async throws(TurnkeyError) {
        do throws(StampError) { try await control.endSession(name) } catch { throw .frame(error) }
        frame.expectAnyKey(of: name)
    }
}
