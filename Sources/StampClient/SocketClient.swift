// SPDX-License-Identifier: Apache-2.0
import Varlink

/// A frame at one of its sockets: what ``StampClient`` and ``ControlClient`` share.
package protocol SocketClient: FrameClient {
    /// The socket's connection, which opens with the first call and again after the frame was restarted.
    var caller: Caller { get }
}

extension SocketClient {
    /// Asks for the embedded public key.
    public func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey {
        try await caller.call(.stamper(.getEmbeddedPublicKey), NoParameters(), EmbeddedPublicKey.self)
    }

    /// Stamps a payload with the key that the request or else this client expects.
    public func stamp(_ request: StampRequest) async throws(StampError) -> Stamp {
        var request = request
        request.expectPublicKey = request.expectPublicKey ?? expectedPublicKey(of: request.session)
        do throws(StampError) {
            return try await stamp(exactly: request)
        } catch {
            forgetEndedSession(request.session, error)
            throw error
        }
    }

    /// Stamps like `stamp`, with exactly the key that the request names. The key that this client expects of the
    /// session is neither used nor changed.
    package func stamp(exactly request: StampRequest) async throws(StampError) -> Stamp {
        let parameters = StampParameters(request)
        guard let patience = request.patience else {
            return try await caller.call(.stamper(.stamp), parameters, Stamp.self)
        }
        return try await caller.callPatiently(.stamper(.stamp), parameters, Stamp.self, patience)
    }

    /// Asks what the frame would do with a payload.
    public func explain(
        payload: String,
        session: SessionName?,
        delegate: String?,
        path: String?
    ) async throws(StampError) -> Explanation {
        let parameters = ExplainParameters(payload: payload, session: session, delegate: delegate, path: path)
        return try await caller.call(.stamper(.explain), parameters, ExplanationAnswer.self).explanation
    }

    /// Returns the session's state, and makes later stamps expect its key.
    public func getSession(_ session: SessionName?) async throws(StampError) -> Session {
        do throws(StampError) {
            let answer = try await look(at: session)
            expect(answer.publicKey, of: session)
            return answer
        } catch {
            forgetEndedSession(session, error)
            throw error
        }
    }

    /// Returns the living sessions, sorted by name.
    public func listSessions() async throws(StampError) -> [Session] {
        try await caller.call(.stamper(.listSessions), NoParameters(), SessionsAnswer.self).sessions
    }

    /// Returns the frame's state and its counters.
    public func getStatus() async throws(StampError) -> Status {
        try await caller.call(.stamper(.getStatus), NoParameters(), StatusAnswer.self).status
    }

    /// Reports a key that the API no longer knows.
    public func reportRejected(publicKey: PublicKey, session: SessionName?) async throws(StampError) {
        let parameters = RejectedParameters(publicKey: publicKey, session: session)
        try await caller.call(.stamper(.reportRejected), parameters)
        caller.sessionKeys.forget(publicKey: publicKey, of: session)
    }

    /// Returns the events of the frame from now on.
    public func monitor() async throws(StampError) -> EventStream {
        try await EventStream(dialing: caller.dialer)
    }
}

// The keys that later stamps expect.
extension SocketClient {
    /// Returns the session's state, without changing which key later stamps expect.
    package func look(at session: SessionName?) async throws(StampError) -> Session {
        let parameters = SessionParameters(session: session)
        return try await caller.call(.stamper(.getSession), parameters, SessionAnswer.self).session
    }

    /// Makes later stamps of this client expect this key of the session. The caller vouches for the key.
    package func expect(_ publicKey: PublicKey, of session: SessionName?) {
        caller.sessionKeys.remember(publicKey, of: session ?? .default)
    }

    /// Returns the key that stamps expect of the session; `nil` if any key may stamp.
    package func expectedPublicKey(of session: SessionName?) -> PublicKey? {
        caller.sessionKeys[session ?? .default]
    }

    /// Lets any key of the session stamp; for a caller who has ended the session.
    package func expectAnyKey(of session: SessionName?) {
        caller.sessionKeys.forget(session ?? .default)
    }

    /// Forgets the expected key if the error tells the caller that the session is over: a later session of this name is
    /// another one.
    package func forgetEndedSession(_ session: SessionName?, _ error: StampError) {
        switch error {
        case .noSession, .sessionExpired: expectAnyKey(of: session)
        default: break
        }
    }
}

private struct StampParameters: Encodable {
    let payload: String
    let session: SessionName?
    let expectPublicKey: PublicKey?
    let delegate: String?
    let path: String?

    init(_ request: StampRequest) {
        payload = request.payload
        session = request.session
        expectPublicKey = request.expectPublicKey
        delegate = request.delegate
        path = request.path
    }
}

private struct ExplainParameters: Encodable {
    let payload: String
    let session: SessionName?
    let delegate: String?
    let path: String?
}

struct ExplanationAnswer: Decodable {
    let explanation: Explanation
}

private struct RejectedParameters: Encodable {
    let publicKey: PublicKey
    let session: SessionName?
}

struct SessionParameters: Encodable {
    let session: SessionName?
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
