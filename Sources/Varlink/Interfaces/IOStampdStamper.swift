// SPDX-License-Identifier: Apache-2.0

/// The interface io.stampd.Stamper: byte for byte `docs/reference/io.stampd.Stamper.varlink`.
enum IOStampdStamper {
    static let text = """
        # What a program of the host may ask of a frame: its public key, its sessions, a stamp.
        # Served on the stamp socket and on the control socket.
        interface io.stampd.Stamper

        # A credential that may stamp until its deadline.
        # publicKey: compressed P-256 point, 66 hex digits.
        # origin: bundle = injected as a credential bundle; generated = made inside by CreateSessionKey.
        # name: 1 to 64 of a-z 0-9 . _ -. organizationId, userId: what the injector claims, at most 128 printable ASCII bytes. Anything else: InvalidParameter.
        type Session (
          name: string,
          publicKey: string,
          organizationId: ?string,
          userId: ?string,
          origin: (bundle, generated),
          expiresInMilliseconds: int
        )

        type Event (
          kind: (embeddedKeyCreated, embeddedKeyReset, sessionStarted, sessionExpiring, sessionExpired, sessionEnded, sessionRejected, locked, unlocked),
          session: ?string,
          publicKey: ?string,
          expiresInMilliseconds: ?int
        )

        # What this frame is and has done since it started. stamped, denied and failed count Stamp calls; auditLost counts records that no journal took.
        # auditSequence, auditChain: the number and the hash (hex) of the last audit record.
        type Status (
          version: string,
          uptimeMilliseconds: int,
          locked: bool,
          embeddedPublicKey: ?string,
          sessions: int,
          connections: int,
          stamped: int,
          denied: int,
          failed: int,
          auditLost: int,
          auditSequence: int,
          auditChain: string
        )

        # What a client should do after an error: ask the user's passkey, try again later, or give up.
        type Fallback (passkey, retry, never)

        # The embedded key as an uncompressed P-256 point, 130 hex digits, and what is left of its life.
        method GetEmbeddedPublicKey() -> (publicKey: string, expiresInMilliseconds: int)

        # Signs the UTF-8 bytes of payload (ECDSA P-256 over their SHA-256) with the session's credential.
        # stampHeaderName is "X-Stamp"; stampHeaderValue is unpadded base64url of
        # {"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…} in that order, signature in DER, hex.
        # session: "default" where absent. expectPublicKey: refuse unless this is the key that would sign.
        method Stamp(payload: string, session: ?string, expectPublicKey: ?string) -> (stampHeaderName: string, stampHeaderValue: string)

        method GetSession(session: ?string) -> (session: Session)
        method ListSessions() -> (sessions: []Session)

        method GetStatus() -> (status: Status)

        # The API no longer knows this key (API_KEY_EXPIRED, PUBLIC_KEY_NOT_FOUND): the session ends for every client.
        method ReportRejected(publicKey: string, session: ?string) -> ()

        # Call with "more": one reply for each event from now on.
        method Monitor() -> (event: Event)

        error NoEmbeddedKey (fallback: Fallback)
        error NoSession (session: string, fallback: Fallback)
        error SessionExpired (session: string, fallback: Fallback)
        error PublicKeyMismatch (publicKey: string, fallback: Fallback)
        error Denied (rule: string, fallback: Fallback)
        error Locked (fallback: Fallback)
        error RateLimited (retryAfterMilliseconds: int, fallback: Fallback)
        error TooLarge (limitBytes: int, fallback: Fallback)
        # fallback: retry, with retryAfterMilliseconds, where a place becomes free by itself (a waiting key's end, a session's); never where only a reset helps.
        error TooManySessions (limit: int, retryAfterMilliseconds: ?int, fallback: Fallback)

        """
}
