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
    public func stamp(
        payload: String,
        session: String? = nil,
        expectPublicKey: String? = nil
    ) async throws(StampError) -> Stamp {
        let expected = expectPublicKey ?? caller.sessionKeys[session ?? defaultSessionName]
        let parameters = StampParameters(payload: payload, session: session, expectPublicKey: expected)
        do throws(StampError) {
            return try await caller.call(.stamper(.stamp), parameters, Stamp.self)
        } catch {
            forgetEndedSession(session, error)
            throw error
        }
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
    private func forgetEndedSession(_ session: String?, _ error: StampError) {
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

private struct StatusAnswer: Decodable {
    let status: Status
}
