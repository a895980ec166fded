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

    /// The rule sets in force; a socket that is not among them is open.
    ///
    /// - Throws: `.methodNotFound` where the frame is older than this method: it has no rules.
    public func getRules() async throws(StampError) -> [RuleSetState] {
        try await caller.call(.control(.getRules), NoParameters(), RulesAnswer.self).ruleSets
    }

    /// What the rules of a socket (`stamp`, `stamp-NAME`, `control`) would say to another caller.
    ///
    /// - Throws: `.invalidParameter("socket")` where the frame has no such socket; `.methodNotFound` where it is older than
    ///   this method: it has no rules.
    public func explainFor(
        socket: String,
        payload: String,
        session: String? = nil,
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

    /// The stamps that wait for a yes. `monitor` of this client tells when one more does, and when one no longer does.
    ///
    /// - Throws: `.methodNotFound` where the frame is older than this method: nothing waits.
    public func listConfirmations() async throws(StampError) -> [Confirmation] {
        try await caller.call(.control(.listConfirmations), NoParameters(), ConfirmationsAnswer.self).confirmations
    }

    /// Answers a stamp that waits: yes where `allow`, else no.
    ///
    /// `payloadSha256`: of the confirmation that was shown to whoever answers.
    /// - Throws: `.unknownConfirmation` where it no longer waits, or is about another payload; `.denied` (rule `peer`) where
    ///   this is the account whose stamp waits.
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

private struct RulesAnswer: Decodable {
    let ruleSets: [RuleSetState]
}

private struct ExplainForParameters: Encodable {
    let socket: String
    let payload: String
    let session: String?
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
    let publicKey: String
}
