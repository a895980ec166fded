// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

extension PasskeyClient {
    private typealias Step = SessionFailure.Step

    /// Begins a session by stamp_login: the frame makes the key, the passkey registers it, the notarizer signs the
    /// token, and the frame starts the session.
    func beginByStampLogin(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        _ = try await Step.prepareFrame.run("InitEmbeddedKey") { () throws(TurnkeyError) in
            try await context.initEmbeddedKey()
        }
        // A user not known yet may belong to an organization below the named one.
        let registrar = KeyRegistrar.client(
            atHome(order.user),
            invalidateExisting: false,
            acceptingSubOrganization: order.user == nil
        )
        return try await GeneratedKeyStart(context: context, order: order, registrar: registrar).run()
    }

    /// Begins a session by a bundle: the passkey registers a key of this process, which the frame gets in the bundle.
    func beginByBundle(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await Step.prepareFrame.run("InitEmbeddedKey") { () throws(TurnkeyError) in
            try await context.initEmbeddedKey()
        }
        if order.user == nil { try await login() }
        let key = try await makeSealedKey(order.user?.userId, target, order.expirationSeconds)
        return try await uncancelled { () throws(TurnkeyError) in try await startSealedKey(key, order, sealedTo: target)
        }
    }

    private func startSealedKey(
        _ key: SealedKey,
        _ order: SessionOrder,
        sealedTo target: String
    ) async throws(TurnkeyError) -> TurnkeySession {
        do throws(TurnkeyError) {
            let session = try await context.start(key.session, as: order.name)
            try await storeOrEnd(key, session, sealedTo: target, order)
            await context.markStarted(order.name, publicKey: session.publicKey)
            return session
        } catch .session(let failure) {
            throw .session(failure)
        } catch {
            throw await failure(.start, "InjectCredentialBundle", error, key, order.expirationSeconds)
        }
    }

    private func storeOrEnd(
        _ key: SealedKey,
        _ session: TurnkeySession,
        sealedTo target: String,
        _ order: SessionOrder
    ) async throws(TurnkeyError) {
        do throws(TurnkeyError) {
            try await context.store(key.session, as: order.name, sealedTo: target, order.expirationSeconds)
        } catch {
            let failure = await failure(.store, nil, error, key, order.expirationSeconds)
            try? await context.endSession(session.name)
            throw failure
        }
    }

    /// Begins a session by create_read_write_session: the API makes the key and seals it to the frame.
    func beginByReadWriteSession(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await Step.prepareFrame.run("InitEmbeddedKey") { () throws(TurnkeyError) in
            try await context.initEmbeddedKey()
        }
        let start = ContinuousClock.now
        let path = "/public/v1/submit/create_read_write_session"
        let made: ReadWriteSession
        do throws(TurnkeyError) {
            made = try await atHome(order.user).createReadWriteSession(
                targetPublicKey: target,
                expirationSeconds: order.expirationSeconds
            )
        } catch {
            let remains: SessionFailure.Remains = error.isBeforeRegistration ? .nothing : .lost
            throw .session(SessionFailure(step: .register, endPoint: path, cause: error, remains: remains))
        }
        let useless = SessionFailure.Remains.useless(key: made.apiKeyId)
        try await Step.verify.run(path, remains: useless) { () throws(TurnkeyError) in
            try await context.accept(made.userId, storedUserId: order.user?.userId, order.acceptance)
        }
        return try await uncancelled { () throws(TurnkeyError) in
            let session = try await Step.start.run("InjectCredentialBundle", remains: useless) {
                () throws(TurnkeyError) in
                try await context.start(
                    made.credentialBundle,
                    as: order.name,
                    expectPublicKey: nil,
                    RunningTerms(
                        userId: made.userId,
                        organizationId: made.organizationId,
                        expiry: Expiry(start, expirationSeconds: order.expirationSeconds)
                    )
                )
            }
            try await StoreStep(context: context, order: order).storeOrEnd(session)
            return session
        }
    }
}
