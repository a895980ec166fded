// SPDX-License-Identifier: Apache-2.0

/// The interface io.stampd.Control: byte for byte `docs/reference/io.stampd.Control.varlink`.
enum IOStampdControl {
    static let text = """
        # What a provisioner may do to a frame: make and reset its key, start and end sessions.
        # Served on the control socket alone. The errors of io.stampd.Stamper (NoEmbeddedKey, NoSession, Denied, Locked, TooLarge, TooManySessions …) are answered here too.
        interface io.stampd.Control

        # name: 1 to 64 of a-z 0-9 . _ -. organizationId, userId: what the injector claims, at most 128 printable ASCII bytes. Anything else: InvalidParameter.
        type Session (
          name: string,
          publicKey: string,
          organizationId: ?string,
          userId: ?string,
          origin: (bundle, generated),
          expiresInMilliseconds: int
        )

        # Makes the embedded key where there is none; otherwise returns the one there is.
        # expirationSeconds: 172800 (48 h) where absent.
        method InitEmbeddedKey(expirationSeconds: ?int) -> (publicKey: string, expiresInMilliseconds: int)

        # Destroys the embedded key and every credential.
        method ResetEmbeddedKey() -> ()

        # Opens the bundle with the embedded key; its credential stamps as this session from now on. A failed injection changes nothing.
        # expirationSeconds: 900 where absent; more than the frame is configured to allow is an InvalidParameter, as are 0 and less. expectPublicKey: refuse a bundle that holds another key.
        method InjectCredentialBundle(bundle: string, session: ?string, expirationSeconds: ?int, organizationId: ?string, userId: ?string, expectPublicKey: ?string) -> (session: Session)

        # Makes a key pair that never leaves the frame. It stamps nothing until ActivateSession; unactivated, it is dropped after ten minutes.
        method CreateSessionKey(session: ?string) -> (publicKey: string)

        # Starts the session of a key made by CreateSessionKey, once the API has registered it. Once only: again, UnknownSessionKey.
        method ActivateSession(publicKey: string, expirationSeconds: ?int, organizationId: ?string, userId: ?string) -> (session: Session)

        method EndSession(session: ?string) -> ()

        # A switch, not a safe: whoever holds the control socket may unlock. Locked, a frame refuses Stamp, InjectCredentialBundle, CreateSessionKey and
        # ActivateSession; deadlines run on; reset, end and lock still work.
        method Lock() -> ()
        method Unlock() -> ()

        # Drops a key made by CreateSessionKey that waits for its activation; an unknown key is a success without a change.
        method DropSessionKey(publicKey: string) -> ()

        # A stamp that waits for a yes. shown: the payload's type and organization and what the rule wants shown, as JSON text in ASCII.
        type Shown (at: string, text: string)
        type Confirmation (
          id: string,
          rule: string,
          socket: string,
          session: string,
          publicKey: string,
          uid: int,
          unit: ?string,
          delegate: ?string,
          payloadSha256: string,
          shown: []Shown,
          expiresInMilliseconds: int
        )

        method ListConfirmations() -> (confirmations: []Confirmation)

        # payloadSha256: of the confirmation that was shown. Another, or an id that no longer waits: UnknownConfirmation. From the account whose stamp waits: Denied (rule peer), unless its rule says sameAccount.
        method Confirm(id: string, payloadSha256: string, allow: bool) -> ()

        # Who is connected, by account: uid is the account's (null: the shared one of those that cannot be told); uids: how many different ones it came as.
        # bytes: what it makes the frame hold, kernel buffers included. throttled: the reason, where calls or bytes of it wait.
        type Account (uid: ?int, uids: int, connections: int, watchers: int, waiting: int, bytes: int, stampsPerSecond: int, throttled: ?string)
        method ListAccounts() -> (accounts: []Account)

        # The rule sets in force. sha256: of the set's bytes as they stand in the configuration, or of its name.
        type RuleSet (socket: string, mode: (enforce, observe), rules: int, sha256: string, allowed: int, denied: int, confirmed: int, wouldDeny: int, wouldConfirm: int)
        method GetRules() -> (ruleSets: []RuleSet)

        # What the rules of a socket would say to another caller. Numbers as the kernel would tell them; unit as in the configuration.
        method ExplainFor(socket: string, payload: string, session: ?string, uid: int, gids: ?[]int, unit: ?string, delegate: ?string, path: ?string) -> (explanation: Explanation)

        type RuleStep (
          id: string,
          outcome: (passed, failed, held),
          reason: ?string,
          at: ?string
        )

        type Explanation (
          effect: (allow, deny, confirm),
          mode: (enforce, observe, none),
          id: ?string,
          reason: ?string,
          at: ?string,
          retryAfterMilliseconds: ?int,
          steps: []RuleStep
        )

        error UnknownConfirmation (id: string)
        # reason: what was wrong with the bundle. The message never repeats the bundle.
        error InvalidBundle (reason: (encoding, checksum, length, point, decryption, scalar), message: string)
        error UnknownSessionKey (publicKey: string)

        """
}
