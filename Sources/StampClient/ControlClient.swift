// SPDX-License-Identifier: Apache-2.0
import Varlink

/// A client of a frame's control socket: everything that a stamp client may do, and `io.stampd.Control`.
public struct ControlClient: SocketClient {
    package let caller: Caller

    /// Creates a client, which connects with its first call.
    ///
    /// - Parameters:
    ///   - address: The frame's address.
    ///   - deadline: How long a call may take, connecting included.
    ///   - restartPatience: How long calls wait for a frame that has just gone away to come back.
    public init(
        _ address: FrameAddress = FrameAddress(),
        deadline: Duration = .seconds(10),
        restartPatience: Duration = .seconds(3)
    ) {
        caller = Caller(address, .control, deadline: deadline, restartPatience: restartPatience)
    }

    /// Makes the embedded key, or returns the existing one. A new key lives 172,800 s (48 h) unless another life is
    /// asked for.
    ///
    /// - Throws: `.invalidParameter`, or any error of the connection.
    public func initEmbeddedKey(expirationSeconds: Int? = nil) async throws(StampError) -> EmbeddedPublicKey {
        let parameters = InitParameters(expirationSeconds: expirationSeconds)
        return try await caller.call(.control(.initEmbeddedKey), parameters, EmbeddedPublicKey.self)
    }

    /// Destroys the embedded key and every credential.
    ///
    /// - Throws: Any error of the connection.
    public func resetEmbeddedKey() async throws(StampError) {
        try await caller.call(.control(.resetEmbeddedKey), NoParameters())
        caller.sessionKeys.forgetAll()
    }

    /// Injects a bundle: the frame opens it with the embedded key, and its credential stamps as `session` from then on.
    /// A failed injection changes nothing.
    ///
    /// - Parameters:
    ///   - bundle: base58check or unpadded base64url of 81 bytes.
    ///   - session: The session's name; `default` if absent.
    ///   - terms: The session's life, and the organization and user to record.
    ///   - expectPublicKey: The key that the bundle must hold; any if absent.
    /// - Returns: The session.
    /// - Throws: `.noEmbeddedKey`, `.invalidBundle`, `.publicKeyMismatch`, `.sessionExpired`, `.tooManySessions`,
    ///   `.locked`, `.invalidParameter`, or any error of the connection.
    public func injectCredentialBundle(
        _ bundle: String,
        session: SessionName? = nil,
        terms: SessionTerms = SessionTerms(),
        expectPublicKey: PublicKey? = nil
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

    /// Makes a key that never leaves the frame, and returns its public half. It stamps nothing until it is
    /// activated. It is dropped after ten minutes, or when another is made for the same session.
    ///
    /// - Throws: `.tooManySessions`, `.locked`, or any error of the connection.
    public func createSessionKey(session: SessionName? = nil) async throws(StampError) -> PublicKey {
        try await caller.call(.control(.createSessionKey), SessionParameters(session: session), KeyAnswer.self)
            .publicKey
    }

    /// Drops a key made by `createSessionKey` that is not activated; any other key changes nothing.
    ///
    /// - Throws: `.methodNotFound` if the frame is older than this method, and the key is then dropped after ten
    ///   minutes; or any error of the connection.
    public func dropSessionKey(publicKey: PublicKey) async throws(StampError) {
        try await caller.call(.control(.dropSessionKey), DropParameters(publicKey: publicKey))
    }

    /// Starts the session of a key made by `createSessionKey`, once the API has registered it. Works once for each key.
    ///
    /// - Throws: `.unknownSessionKey`, `.tooManySessions`, `.locked`, `.invalidParameter`, or any error of the
    ///   connection.
    public func activateSession(
        publicKey: PublicKey,
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

    /// Ends a session, and wipes its credential unless another session uses it.
    ///
    /// - Throws: `.noSession`, `.sessionExpired`, or any error of the connection.
    public func endSession(_ session: SessionName? = nil) async throws(StampError) {
        try await caller.call(.control(.endSession), SessionParameters(session: session))
        expectAnyKey(of: session)
    }

    /// Makes the frame refuse to stamp, inject, create and activate, until `unlock`. The keys stay in memory.
    ///
    /// - Throws: Any error of the connection.
    public func lock() async throws(StampError) {
        try await caller.call(.control(.lock), NoParameters())
    }

    /// Makes the frame stamp and start sessions again.
    ///
    /// - Throws: Any error of the connection.
    public func unlock() async throws(StampError) {
        try await caller.call(.control(.unlock), NoParameters())
    }

    /// Returns what each account uses of the frame, and whether it is held back.
    ///
    /// - Throws: `.methodNotFound` if the frame is older than this method, or any error of the connection.
    public func listAccounts() async throws(StampError) -> [FrameAccount] {
        try await caller.call(.control(.listAccounts), NoParameters(), AccountsAnswer.self).accounts
    }

    /// Returns the rule sets in force. A socket that is not among them is open.
    ///
    /// - Throws: `.methodNotFound` if the frame is older than this method and so has no rules, or any error of the
    ///   connection.
    public func getRules() async throws(StampError) -> [RuleSetState] {
        try await caller.call(.control(.getRules), NoParameters(), RulesAnswer.self).ruleSets
    }

    /// Asks what the rules of a socket would decide now for another caller, who need not be connected. Signs nothing.
    ///
    /// - Parameters:
    ///   - socket: The socket's name: `stamp`, `stamp-NAME` or `control`.
    ///   - payload: The text that the caller would have stamped.
    ///   - session: The session's name; `default` if absent. It need not be alive.
    ///   - other: The caller.
    /// - Returns: The decision, and the result of every rule. A socket without rules has the mode `none`.
    /// - Throws: `.invalidParameter`, with `socket` if the frame has no such socket; `.methodNotFound` if the frame is
    ///   older than this method and so has no rules; or any error of the connection.
    public func explainFor(
        socket: String,
        payload: String,
        session: SessionName? = nil,
        caller other: AnotherCaller
    ) async throws(StampError) -> Explanation {
        let parameters = ExplainForParameters(
            socket: socket,
            payload: payload,
            session: session,
            uid: other.uid,
            gids: other.gids,
            unit: other.unit,
            delegate: other.delegate,
            path: other.path
        )
        return try await caller.call(.control(.explainFor), parameters, ExplanationAnswer.self).explanation
    }

    /// Returns the stamps that wait for a confirmation, the oldest first. `monitor` of this client reports when one
    /// begins to wait, and when one no longer does.
    ///
    /// - Throws: `.methodNotFound` if the frame is older than this method, and then nothing waits; or any error of the
    ///   connection.
    public func listConfirmations() async throws(StampError) -> [Confirmation] {
        try await caller.call(.control(.listConfirmations), NoParameters(), ConfirmationsAnswer.self).confirmations
    }

    /// Answers a stamp that waits for a confirmation.
    ///
    /// - Parameters:
    ///   - id: The confirmation's id.
    ///   - payloadSha256: The payload's hash, from the confirmation that was shown to the person.
    ///   - allow: Yes or no.
    /// - Throws: `.unknownConfirmation` if it no longer waits, or is about another payload; `.denied` (rule `peer`) for
    ///   the account whose stamp waits; or any error of the connection.
    public func confirm(id: String, payloadSha256: String, allow: Bool) async throws(StampError) {
        let parameters = ConfirmParameters(id: id, payloadSha256: payloadSha256, allow: allow)
        try await caller.call(.control(.confirm), parameters)
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
    let session: SessionName?
    let expirationSeconds: Int?
    let organizationId: String?
    let userId: String?
    let expectPublicKey: PublicKey?
}

private struct ActivateParameters: Encodable {
    let publicKey: PublicKey
    let expirationSeconds: Int?
    let organizationId: String?
    let userId: String?
}

private struct DropParameters: Encodable {
    let publicKey: PublicKey
}

private struct AccountsAnswer: Decodable {
    let accounts: [FrameAccount]
}

private struct RulesAnswer: Decodable {
    let ruleSets: [RuleSetState]
}

private struct ExplainForParameters: Encodable {
    let socket: String
    let payload: String
    let session: SessionName?
    let uid: Int
    let gids: [Int]?
    let unit: String?
    let delegate: String?
    let path: String?
}

private struct ConfirmationsAnswer: Decodable {
    let confirmations: [Confirmation]
}

private struct ConfirmParameters: Encodable {
    let id: String
    let payloadSha256: String
    let allow: Bool
}

private struct KeyAnswer: Decodable {
    let publicKey: PublicKey
}
