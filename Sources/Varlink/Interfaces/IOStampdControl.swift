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

        # Who is connected, by account: uid is the account's (null: the shared one of those that cannot be told); uids: how many different ones it came as.
        # bytes: what it makes the frame hold, kernel buffers included. throttled: the reason, where calls or bytes of it wait.
        type Account (uid: ?int, uids: int, connections: int, watchers: int, waiting: int, bytes: int, stampsPerSecond: int, throttled: ?string)
        method ListAccounts() -> (accounts: []Account)

        # reason: what was wrong with the bundle. The message never repeats the bundle.
        error InvalidBundle (reason: (encoding, checksum, length, point, decryption, scalar), message: string)
        error UnknownSessionKey (publicKey: string)

        """
}
