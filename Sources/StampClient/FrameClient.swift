// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What both sockets of a frame serve: the interface `io.stampd.Stamper`.
///
/// Calls may be made at once from many tasks: they share one connection and are answered in order. Every call ends
/// within the client's deadline, and throws what the frame replied or what kept it from replying; a call that is
/// cancelled throws `.cancelled` at once.
public protocol FrameClient: Sendable {
    /// The door that calls go through.
    var door: FrameDoor { get }
}

/// A frame's socket, connected when it is first needed and again after the frame was restarted.
public struct FrameDoor: Sendable {
    let caller: Caller
}

/// The session that is meant where none is named.
public let defaultSessionName = "default"

extension FrameClient {
    var caller: Caller { door.caller }

    public func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey {
        try await caller.call(.stamper(.getEmbeddedPublicKey), NoParameters(), EmbeddedPublicKey.self)
    }

    /// Signs the UTF-8 bytes of `payload`: ECDSA P-256 over their SHA-256.
    ///
    /// Refuses to stamp with another key than `expectPublicKey` (66 hex digits); where that is absent, with another than
    /// the session had when this client started it or last called `getSession` for it, if it did. A refusal is repeated
    /// until the caller decides otherwise.
    ///
    /// `delegate`, `path`: for whom a stamping proxy asks, and the API path that it will send to; a frame believes those
    /// whom its configuration names. Where a rule of the socket may want somebody's yes, give `patience`: the call then has
    /// a connection of its own, so that no other waits behind it, and as long for the yes.
    /// - Throws: `.payloadDenied` where the socket's rules refuse the payload.
    public func stamp(
        payload: String,
        session: String? = nil,
        expectPublicKey: String? = nil,
        delegate: String? = nil,
        path: String? = nil,
        patience: Duration? = nil
    ) async throws(StampError) -> Stamp {
        let expected = expectPublicKey ?? caller.sessionKeys[session ?? defaultSessionName]
        let parameters = StampParameters(
            payload: payload,
            session: session,
            expectPublicKey: expected,
            delegate: delegate,
            path: path
        )
        do throws(StampError) {
            return try await stamp(parameters, patience)
        } catch {
            forgetEndedSession(session, error)
            throw error
        }
    }

    /// As `stamp`, for who knows itself which key is expected: what this client expects of the session is neither asked nor
    /// changed.
    package func stamp(
        payload: String,
        session: String?,
        exactly expectPublicKey: String?,
        patience: Duration?
    ) async throws(StampError) -> Stamp {
        try await stamp(
            StampParameters(payload: payload, session: session, expectPublicKey: expectPublicKey),
            patience
        )
    }

    private func stamp(_ parameters: StampParameters, _ patience: Duration?) async throws(StampError) -> Stamp {
        guard let patience else { return try await caller.call(.stamper(.stamp), parameters, Stamp.self) }
        return try await caller.callPatiently(.stamper(.stamp), parameters, Stamp.self, patience)
    }

    /// What a stamp of `payload` would come to for this caller, at this socket, now. Signs nothing, charges nothing, asks
    /// nobody.
    ///
    /// - Throws: `.methodNotFound` where the frame is older than this method: it has no rules.
    public func explain(
        payload: String,
        session: String? = nil,
        delegate: String? = nil,
        path: String? = nil
    ) async throws(StampError) -> Explanation {
        let parameters = ExplainParameters(payload: payload, session: session, delegate: delegate, path: path)
        return try await caller.call(.stamper(.explain), parameters, ExplanationAnswer.self).explanation
    }

    /// The session's state; its public key is what later stamps of this client expect.
    ///
    /// Where the session was replaced, this is the caller's decision to go on with the one that took its place; to look
    /// without deciding anything, `listSessions`.
    public func getSession(_ session: String? = nil) async throws(StampError) -> Session {
        do throws(StampError) {
            let answer = try await look(at: session)
            expect(answer.publicKey, of: session)
            return answer
        } catch {
            forgetEndedSession(session, error)
            throw error
        }
    }

    /// The session's state, for a check: what later stamps expect stays as it was, whatever the answer is.
    package func look(at session: String?) async throws(StampError) -> Session {
        let parameters = SessionParameters(session: session)
        return try await caller.call(.stamper(.getSession), parameters, SessionAnswer.self).session
    }

    /// From now on stamps of this client expect this key of the session: for a caller who vouches for it.
    package func expect(_ publicKey: String, of session: String?) {
        caller.sessionKeys.remember(publicKey, of: session ?? defaultSessionName)
    }

    /// The key that stamps expect of the session; `nil` where any will do.
    package func expectedPublicKey(of session: String?) -> String? {
        caller.sessionKeys[session ?? defaultSessionName]
    }

    /// For a caller who has ended the session.
    package func expectAnyKey(of session: String?) {
        caller.sessionKeys.forget(session ?? defaultSessionName)
    }

    public func listSessions() async throws(StampError) -> [Session] {
        try await caller.call(.stamper(.listSessions), NoParameters(), SessionsAnswer.self).sessions
    }

    public func getStatus() async throws(StampError) -> Status {
        try await caller.call(.stamper(.getStatus), NoParameters(), StatusAnswer.self).status
    }

    /// Tells the frame that the API no longer knows a key (66 hex digits): its session ends for every client.
    ///
    /// Without `session`, every session of the key ends.
    public func reportRejected(publicKey: String, session: String? = nil) async throws(StampError) {
        let parameters = RejectedParameters(publicKey: publicKey, session: session)
        try await caller.call(.stamper(.reportRejected), parameters)
        caller.sessionKeys.forget(publicKey: publicKey, of: session)
    }

    /// What happens to the frame from now on, over a connection of its own.
    ///
    /// The call is on its way when this returns. The stream ends when it is no longer iterated, and throws
    /// `.connectionLost` when the frame goes away: look at the sessions anew then, events may have been missed.
    public func monitor() async throws(StampError) -> EventStream {
        try await EventStream(dialing: caller.dialer)
    }

    /// The caller is told by this error that the session is over; whatever has its name next is another.
    package func forgetEndedSession(_ session: String?, _ error: StampError) {
        switch error {
        case .noSession, .sessionExpired: expectAnyKey(of: session)
        default: break
        }
    }
}

private struct StampParameters: Encodable {
    let payload: String
    let session: String?
    let expectPublicKey: String?
    var delegate: String?
    var path: String?
}

private struct ExplainParameters: Encodable {
    let payload: String
    let session: String?
    let delegate: String?
    let path: String?
}

struct ExplanationAnswer: Decodable {
    let explanation: Explanation
}

private struct RejectedParameters: Encodable {
    let publicKey: String
    let session: String?
}

struct SessionParameters: Encodable {
    let session: String?
}

struct SessionAnswer: Decodable {
    let session: Session
}

private struct SessionsAnswer: Decodable {
    let sessions: [Session]
}

struct StatusAnswer: Decodable {
    let status: Status
}
