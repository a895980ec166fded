// SPDX-License-Identifier: Apache-2.0

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
        try await caller.call(.getEmbeddedPublicKey, NoParameters(), EmbeddedPublicKey.self)
    }

    /// Signs the UTF-8 bytes of `payload`: ECDSA P-256 over their SHA-256.
    ///
    /// Refuses to stamp with another key than `expectPublicKey` (66 hex digits); where that is absent, with another than
    /// this client last saw the session have, if it has seen it.
    public func stamp(
        payload: String,
        session: String? = nil,
        expectPublicKey: String? = nil
    ) async throws(StampError) -> Stamp {
        let expected = expectPublicKey ?? caller.sessionKeys[session ?? defaultSessionName]
        let parameters = StampParameters(payload: payload, session: session, expectPublicKey: expected)
        do throws(StampError) {
            return try await caller.call(.stamp, parameters, Stamp.self)
        } catch {
            forgetEndedSession(error)
            throw error
        }
    }

    /// The session's state; its public key is what later stamps of this client expect.
    public func getSession(_ session: String? = nil) async throws(StampError) -> Session {
        do throws(StampError) {
            let answer = try await caller.call(.getSession, SessionParameters(session: session), SessionAnswer.self)
            caller.sessionKeys.remember(answer.session)
            return answer.session
        } catch {
            forgetEndedSession(error)
            throw error
        }
    }

    public func listSessions() async throws(StampError) -> [Session] {
        try await caller.call(.listSessions, NoParameters(), SessionsAnswer.self).sessions
    }

    public func getStatus() async throws(StampError) -> Status {
        try await caller.call(.getStatus, NoParameters(), StatusAnswer.self).status
    }

    /// Tells the frame that the API no longer knows a key (66 hex digits): its session ends for every client.
    ///
    /// Without `session`, every session of the key ends.
    public func reportRejected(publicKey: String, session: String? = nil) async throws(StampError) {
        let parameters = RejectedParameters(publicKey: publicKey, session: session)
        try await caller.call(.reportRejected, parameters)
        caller.sessionKeys.forget(session)
    }

    /// What happens to the frame from now on, over a connection of its own.
    ///
    /// The call is on its way when this returns. The stream ends when it is no longer iterated, and throws
    /// `.connectionLost` when the frame goes away: look at the sessions anew then, events may have been missed.
    public func monitor() async throws(StampError) -> EventStream {
        try await EventStream(dialing: caller.dialer)
    }

    private func forgetEndedSession(_ error: StampError) {
        switch error {
        case .noSession(let session, _), .sessionExpired(let session, _): caller.sessionKeys.forget(session)
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
