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

        # confirmationWanted and confirmationEnded are sent on the control socket alone, with confirmationId.
        type Event (
          kind: (embeddedKeyCreated, embeddedKeyReset, sessionStarted, sessionExpiring, sessionExpired, sessionEnded, sessionRejected, locked, unlocked, confirmationWanted, confirmationEnded),
          session: ?string,
          publicKey: ?string,
          expiresInMilliseconds: ?int,
          confirmationId: ?string
        )

        # What one rule said of a payload. passed: it is not about this caller or this payload.
        type RuleStep (
          id: string,
          outcome: (passed, failed, held),
          reason: ?string,
          at: ?string
        )

        # What the socket's rules say of a payload. id: the rule that decided, or came nearest. No rules: allow, and no steps.
        type Explanation (
          effect: (allow, deny, confirm),
          mode: (enforce, observe, none),
          id: ?string,
          reason: ?string,
          at: ?string,
          retryAfterMilliseconds: ?int,
          steps: []RuleStep
        )

        # What this frame is and has done since it started. stamped, denied and failed count Stamp calls; auditLost counts records that no journal took.
        # auditSequence, auditChain: the number and the hash (hex) of the last audit record. waiting: stamps that wait for a confirmation.
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
          auditChain: string,
          waiting: int
        )

        # What a client should do after an error: ask the user's passkey, try again later, or give up.
        type Fallback (passkey, retry, never)

        # The embedded key as an uncompressed P-256 point, 130 hex digits, and what is left of its life.
        method GetEmbeddedPublicKey() -> (publicKey: string, expiresInMilliseconds: int)

        # Signs the UTF-8 bytes of payload (ECDSA P-256 over their SHA-256) with the session's credential.
        # stampHeaderName is "X-Stamp"; stampHeaderValue is unpadded base64url of
        # {"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…} in that order, signature in DER, hex.
        # session: "default" where absent. expectPublicKey: refuse unless this is the key that would sign.
        # delegate, path: for whom a stamping proxy asks, and the API path that it will send to. Believed only of peers that authorization.mayName lists; from others Denied (rule mayName).
        method Stamp(payload: string, session: ?string, expectPublicKey: ?string, delegate: ?string, path: ?string) -> (stampHeaderName: string, stampHeaderValue: string)

        # What Stamp would come to for this caller, at this socket, now. Signs nothing, charges nothing, asks nobody.
        method Explain(payload: string, session: ?string, delegate: ?string, path: ?string) -> (explanation: Explanation)

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
        # rule: peer, uid, gid, unit, mayName (who is served), or payload (what may be stamped). The other members are told of payload alone.
        error Denied (rule: string, id: ?string, reason: ?string, at: ?string, retryAfterMilliseconds: ?int, fallback: Fallback)
        error Locked (fallback: Fallback)
        error RateLimited (retryAfterMilliseconds: int, fallback: Fallback)
        error TooLarge (limitBytes: int, fallback: Fallback)
        # fallback: retry, with retryAfterMilliseconds, where a place becomes free by itself (a waiting key's end, a session's); never where only a reset helps.
        error TooManySessions (limit: int, retryAfterMilliseconds: ?int, fallback: Fallback)

        """
}
