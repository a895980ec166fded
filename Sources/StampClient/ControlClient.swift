// SPDX-License-Identifier: Apache-2.0
import Varlink

/// A client of a frame's control socket: all that a stamp client may do, and `io.stampd.Control`.
public struct ControlClient: FrameClient {
    public let door: FrameDoor

    /// Connects with the first call, not before.
    ///
    /// `deadline` is how long a call may take, connecting included; `restartPatience` how long calls wait for a frame
    /// that has just gone away to come back.
    public init(
        _ address: FrameAddress = FrameAddress(),
        deadline: Duration = .seconds(10),
        restartPatience: Duration = .seconds(3)
    ) {
        door = FrameDoor(caller: Caller(address, .control, deadline: deadline, restartPatience: restartPatience))
    }

    /// Makes the embedded key where there is none, for 172,800 s (48 h) unless told otherwise; else answers the one
    /// there is.
    public func initEmbeddedKey(expirationSeconds: Int? = nil) async throws(StampError) -> EmbeddedPublicKey {
        let parameters = InitParameters(expirationSeconds: expirationSeconds)
        return try await caller.call(.control(.initEmbeddedKey), parameters, EmbeddedPublicKey.self)
    }

    /// Destroys the embedded key and every credential.
    public func resetEmbeddedKey() async throws(StampError) {
        try await caller.call(.control(.resetEmbeddedKey), NoParameters())
        caller.sessionKeys.forgetAll()
    }

    /// Opens `bundle` with the embedded key: its credential stamps as `session` from now on. A failed injection changes
    /// nothing.
    ///
    /// `bundle` is base58check or unpadded base64url of 81 bytes. With `expectPublicKey` (66 hex digits) a bundle that
    /// holds another key is refused.
    public func injectCredentialBundle(
        _ bundle: String,
        session: String? = nil,
        terms: SessionTerms = SessionTerms(),
        expectPublicKey: String? = nil
    ) async throws(StampError) -> Session {
        let parameters = InjectParameters(
            bundle: bundle,
            session: session,
            expirationSeconds: terms.expirationSeconds,
            organizationId: terms.organizationId,
            userId: terms.userId,
            expectPublicKey: expectPublicKey
        )
        return try await start(.control(.injectCredentialBundle), parameters)
    }

    /// Makes a key that never leaves the frame, and answers its public half (66 hex digits). It stamps nothing until it
    /// is activated, and is dropped after ten minutes, or when another is made for the same session.
    public func createSessionKey(session: String? = nil) async throws(StampError) -> String {
        try await caller.call(.control(.createSessionKey), SessionParameters(session: session), KeyAnswer.self)
            .publicKey
    }

    /// Drops a key made by `createSessionKey` that is not activated; any other key changes nothing.
    ///
    /// - Throws: `.methodNotFound` where the frame is older than this method: the key is dropped by its time then.
    public func dropSessionKey(publicKey: String) async throws(StampError) {
        try await caller.call(.control(.dropSessionKey), DropParameters(publicKey: publicKey))
    }

    /// Starts the session of a key made by `createSessionKey`, once the API has registered it. Once only.
    public func activateSession(
        publicKey: String,
        terms: SessionTerms = SessionTerms()
    ) async throws(StampError) -> Session {
        let parameters = ActivateParameters(
            publicKey: publicKey,
            expirationSeconds: terms.expirationSeconds,
            organizationId: terms.organizationId,
            userId: terms.userId
        )
        return try await start(.control(.activateSession), parameters)
    }

    public func endSession(_ session: String? = nil) async throws(StampError) {
        try await caller.call(.control(.endSession), SessionParameters(session: session))
        expectAnyKey(of: session)
    }

    /// Makes the frame refuse to stamp, inject, create and activate. A switch, not a safe.
    public func lock() async throws(StampError) {
        try await caller.call(.control(.lock), NoParameters())
    }

    public func unlock() async throws(StampError) {
        try await caller.call(.control(.unlock), NoParameters())
    }

    /// Who is connected, what waits for whom, and who is held back, by account.
    ///
    /// - Throws: `.methodNotFound` where the frame is older than this method.
    public func listAccounts() async throws(StampError) -> [FrameAccount] {
        try await caller.call(.control(.listAccounts), NoParameters(), AccountsAnswer.self).accounts
    }

    private func start(_ method: Method, _ parameters: some Encodable) async throws(StampError) -> Session {
        let session = try await caller.call(method, parameters, SessionAnswer.self).session
        expect(session.publicKey, of: session.name)
        return session
    }
}

private struct InitParameters: Encodable {
    let expirationSeconds: Int?
}

private struct InjectParameters: Encodable {
    let bundle: String
    let session: String?
    let expirationSeconds: Int?
    let organizationId: String?
    let userId: String?
    let expectPublicKey: String?
}

private struct ActivateParameters: Encodable {
    let publicKey: String
    let expirationSeconds: Int?
    let organizationId: String?
    let userId: String?
}

private struct DropParameters: Encodable {
    let publicKey: String
}

private struct AccountsAnswer: Decodable {
    let accounts: [FrameAccount]
}

private struct KeyAnswer: Decodable {
    let publicKey: String
}
