// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

extension PasskeyClient {
    /// The frame makes the key, the passkey registers it, the notarizer vouches for it, the frame starts it.
    func beginByStampLogin(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        _ = try await step(.prepareFrame, "InitEmbeddedKey") { () throws(TurnkeyError) in
            try await context.initEmbeddedKey()
        }
        // Who is not known yet may be at home below the organization that is named.
        let registrar = KeyRegistrar.client(
            atHome(order.user),
            invalidateExisting: false,
            acceptingSubOrganization: order.user == nil
        )
        return try await context.startGeneratedKey(order, by: registrar)
    }

    /// The passkey registers a key of this process, which the frame gets in a bundle.
    func beginByBundle(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await step(.prepareFrame, "InitEmbeddedKey") { () throws(TurnkeyError) in
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

    /// The API makes the key and seals it to the frame.
    func beginByReadWriteSession(_ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await step(.prepareFrame, "InitEmbeddedKey") { () throws(TurnkeyError) in
            try await context.initEmbeddedKey()
        }
        let start = Expiry.Start()
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
        try await context.step(.verify, path, remains: useless) { () throws(TurnkeyError) in
            try await context.accept(made.userId, storedUserId: order.user?.userId, order.acceptance)
        }
        return try await uncancelled { () throws(TurnkeyError) in
            let session = try await context.step(.start, "InjectCredentialBundle", remains: useless) {
                () throws(TurnkeyError) in
                try await context.start(
                    made.credentialBundle,
                    as: order.name,
                    expectPublicKey: nil,
                    organizationId: made.organizationId,
                    userId: made.userId,
                    Expiry(start, expirationSeconds: order.expirationSeconds)
                )
            }
            try await context.storeOrEnd(session, order.expirationSeconds)
            return session
        }
    }

    private func step<Result>(
        _ step: SessionFailure.Step,
        _ endPoint: String,
        _ work: () async throws(TurnkeyError) -> Result
    ) async throws(TurnkeyError) -> Result {
        try await context.step(step, endPoint, remains: .nothing, work)
    }
}
