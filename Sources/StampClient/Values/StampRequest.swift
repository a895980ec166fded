// SPDX-License-Identifier: Apache-2.0

/// A payload to be stamped, and the conditions under which it may be.
public struct StampRequest: Sendable, Hashable {
    /// The text to stamp; send exactly these bytes.
    public var payload: String
    /// The session's name; `default` if absent.
    public var session: SessionName?
    /// The only key that may stamp. The frame refuses with `.publicKeyMismatch` if the session has another.
    ///
    /// If absent, it is the last key of the session that this client object learned, by starting the session or by
    /// `getSession`. The client forgets that key when it ends the session, reports the key, resets the embedded key or
    /// learns that the session is over. While it knows none, any key of the session may stamp.
    public var expectPublicKey: PublicKey?
    /// The delegate for whom a stamping proxy asks. A frame accepts it from the programs that its configuration names.
    public var delegate: String?
    /// The API path to which the proxy will send the payload; accepted as `delegate` is.
    public var path: String?
    /// How long to wait for a person's confirmation, if a rule of the socket may ask for one. The call then has its own
    /// connection, so that no other call waits behind it.
    public var patience: Duration?

    /// Creates a request.
    public init(
        payload: String,
        session: SessionName? = nil,
        expectPublicKey: PublicKey? = nil,
        delegate: String? = nil,
        path: String? = nil,
        patience: Duration? = nil
    ) {
        self.payload = payload
        self.session = session
        self.expectPublicKey = expectPublicKey
        self.delegate = delegate
        self.path = path
        self.patience = patience
    }
}
