// SPDX-License-Identifier: Apache-2.0

/// The calls that a program can make at a frame's stamp or control socket: the interface `io.stampd.Stamper`, which
/// both serve. A frame is one running `stampd`.
///
/// ``StampClient`` and ``ControlClient`` call a frame at its socket. Many tasks may use one client at once: their calls
/// share one connection, and the frame answers them in order. `monitor`, and a stamp with `patience`, have their own
/// connection. A call returns the frame's answer, or throws the error that the frame replied or that prevented a reply.
/// It ends within the client's deadline; a stamp with `patience` ends within the longer of the two. A cancelled call
/// throws `.cancelled` at once, but the frame may still carry it out.
///
/// A program that takes `some FrameClient` can be tested with a type of the test's own, without a frame.
public protocol FrameClient: Sendable {
    /// Asks for the embedded public key, to which credential bundles are encrypted.
    ///
    /// - Throws: `.noEmbeddedKey`, or any error of the connection.
    func getEmbeddedPublicKey() async throws(StampError) -> EmbeddedPublicKey

    /// Stamps a payload: signs the SHA-256 of its UTF-8 bytes by ECDSA on P-256.
    ///
    /// The frame refuses to stamp with another key than the expected one, so that a replaced session is noticed. The
    /// refusal is repeated until the caller calls `getSession`, or names the new key.
    ///
    /// - Returns: The header to send with the payload.
    /// - Throws: `.payloadDenied` if the socket's rules refuse the payload, or any other ``StampError``.
    func stamp(_ request: StampRequest) async throws(StampError) -> Stamp

    /// Asks what the frame would do with `payload` now, for this caller at this socket. Signs nothing, charges no
    /// limit, and asks no person.
    ///
    /// - Parameters:
    ///   - payload: The text.
    ///   - session: The session's name; `default` if absent.
    ///   - delegate: The delegate for whom a stamping proxy asks.
    ///   - path: The API path to which the proxy will send the payload.
    /// - Returns: The decision, and the result of every rule.
    /// - Throws: `.methodNotFound` if the frame is older than this method and so has no rules, or any other
    ///   ``StampError``.
    func explain(
        payload: String,
        session: SessionName?,
        delegate: String?,
        path: String?
    ) async throws(StampError) -> Explanation

    /// Returns the session's state (`default` if absent), and makes its public key the one that later stamps of this
    /// client expect.
    ///
    /// If the session was replaced, calling this accepts the new one. `listSessions` looks without accepting anything.
    ///
    /// - Throws: `.noSession`, `.sessionExpired`, or any error of the connection.
    func getSession(_ session: SessionName?) async throws(StampError) -> Session

    /// Returns the living sessions, sorted by name.
    ///
    /// - Throws: Any error of the connection.
    func listSessions() async throws(StampError) -> [Session]

    /// Returns the frame's state and its counters.
    ///
    /// - Throws: Any error of the connection.
    func getStatus() async throws(StampError) -> Status

    /// Reports that the API no longer knows a key, which ends its session for every client.
    ///
    /// Without `session`, every session of the key ends.
    ///
    /// - Throws: Any error of the connection. An unknown key is not an error.
    func reportRejected(publicKey: PublicKey, session: SessionName?) async throws(StampError)

    /// Returns the events of the frame from now on, over its own connection.
    ///
    /// The call has been written when this returns. The stream ends when it is no longer iterated, and throws
    /// `.connectionLost` when the frame goes away. Events may then have been missed, so ask for the sessions again.
    ///
    /// - Throws: Any error of the connection.
    func monitor() async throws(StampError) -> EventStream
}

extension FrameClient {
    /// Stamps a payload like `stamp(_:)`. The properties of ``StampRequest`` say what the arguments mean.
    ///
    /// - Throws: `.payloadDenied` if the socket's rules refuse the payload, or any other ``StampError``.
    public func stamp(
        payload: String,
        session: SessionName? = nil,
        expectPublicKey: PublicKey? = nil,
        delegate: String? = nil,
        path: String? = nil,
        patience: Duration? = nil
    ) async throws(StampError) -> Stamp {
        try await stamp(
            StampRequest(
                payload: payload,
                session: session,
                expectPublicKey: expectPublicKey,
                delegate: delegate,
                path: path,
                patience: patience
            )
        )
    }

    /// Asks what the frame would do with `payload` of a direct call, in a session (`default` if absent).
    ///
    /// - Throws: `.methodNotFound` if the frame is older than this method and so has no rules, or any other
    ///   ``StampError``.
    public func explain(payload: String, session: SessionName? = nil) async throws(StampError) -> Explanation {
        try await explain(payload: payload, session: session, delegate: nil, path: nil)
    }

    /// Returns the state of the session `default`, and makes later stamps expect its key.
    ///
    /// - Throws: `.noSession`, `.sessionExpired`, or any error of the connection.
    public func getSession() async throws(StampError) -> Session { try await getSession(nil) }

    /// Reports that the API no longer knows a key, which ends every session of the key.
    ///
    /// - Throws: Any error of the connection. An unknown key is not an error.
    public func reportRejected(publicKey: PublicKey) async throws(StampError) {
        try await reportRejected(publicKey: publicKey, session: nil)
    }
}
