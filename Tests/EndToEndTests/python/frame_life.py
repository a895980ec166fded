# SPDX-License-Identifier: Apache-2.0
"""A frame's life, from the first call to the reset: each method does what its interface says, each event is told."""

import base64

from credential_bundle import seal_new_credential
from interfaces import CONTROL, SERVICE, STAMPER
from proof import ok, refused, require
from stamp_check import PAYLOAD, require_stamp

# P-256's generator: a point whose private key no frame has.
FOREIGN_KEY = (
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


class FrameLife:
    def __init__(self, stamper, control, stamper_at_control, watcher):
        self.stamper, self.control, self.stamper_at_control = stamper, control, stamper_at_control
        self.watcher = watcher

    def prove(self):
        self.prove_nothing_without_key()
        embedded = self.prove_embedded_key()
        injected = self.prove_injection(embedded)
        self.prove_stamp(embedded, injected)
        self.prove_no_rules()
        born = self.prove_session_key()
        self.prove_sessions(injected, born)
        self.prove_expiry()
        self.prove_lock(embedded)
        self.prove_ends(injected)
        self.prove_reset(embedded)

    def prove_nothing_without_key(self):
        bundle, _ = seal_new_credential(FOREIGN_KEY)
        with refused(f"{STAMPER}.NoEmbeddedKey", "no embedded key can be read yet", fallback="passkey"):
            self.stamper.GetEmbeddedPublicKey()
        with refused(f"{STAMPER}.NoEmbeddedKey", "nothing can be injected yet", fallback="passkey"):
            self.control.InjectCredentialBundle(bundle=bundle)
        with refused(f"{STAMPER}.NoSession", "nothing stamps yet", session="default", fallback="passkey"):
            self.stamper.Stamp(payload=PAYLOAD)
        # The frame may see the end of an earlier connection in between; then it is asked again.
        status, accounts, after = self.stamper.GetStatus()["status"], None, None
        while after is None or after["connections"] != status["connections"]:
            status = after or status
            accounts = self.control.ListAccounts()["accounts"]
            after = self.stamper.GetStatus()["status"]
        own = [account for account in accounts if account["connections"] == status["connections"]]
        require(len(own) == 1 == len(accounts), "ListAccounts tells of this user's account, and of no other", accounts)
        is_empty = (status["locked"], status["sessions"], status.get("embeddedPublicKey")) == (False, 0, None)
        require(is_empty, "the status of a new frame: unlocked, no session, no embedded key", status)

    def prove_embedded_key(self):
        sentence = "an embedded key with no life is refused"
        with refused(f"{SERVICE}.InvalidParameter", sentence, parameter="expirationSeconds"):
            self.control.InitEmbeddedKey(expirationSeconds=0)
        made = self.control.InitEmbeddedKey(expirationSeconds=3600)
        is_point = len(made["publicKey"]) == 130 and made["publicKey"].startswith("04")
        require(is_point, "InitEmbeddedKey makes an uncompressed point of 130 hex digits", made)
        require(0 < made["expiresInMilliseconds"] <= 3_600_000, "its life is what was asked", made)
        again, read = self.control.InitEmbeddedKey(), self.stamper.GetEmbeddedPublicKey()
        keys = {made["publicKey"], again["publicKey"], read["publicKey"]}
        require(len(keys) == 1, "InitEmbeddedKey again, and GetEmbeddedPublicKey, return the same key", keys)
        self.watcher.expect("embeddedKeyCreated", publicKey=made["publicKey"])
        return made["publicKey"]

    def prove_injection(self, embedded):
        bundle, public_key = seal_new_credential(embedded)
        other = seal_new_credential(embedded)[1]
        with refused(f"{STAMPER}.PublicKeyMismatch", "a bundle that holds another key than expected is refused"):
            self.control.InjectCredentialBundle(bundle=bundle, expectPublicKey=other)
        flipped = bytearray(base64.urlsafe_b64decode(bundle))
        flipped[-1] ^= 1
        self.refuse_bundle("decryption", base64.urlsafe_b64encode(flipped).decode())
        self.refuse_bundle("length", "-" * 100)
        self.refuse_bundle("encoding", "!" + bundle[1:])
        claims = {"organizationId": "organization-1", "userId": "user-1"}
        session = self.control.InjectCredentialBundle(bundle=bundle, expectPublicKey=public_key, **claims)["session"]
        expected = {"name": "default", "publicKey": public_key, "origin": "bundle", **claims}
        is_there = expected.items() <= session.items()
        require(is_there, "a bundle sealed by other code becomes the default session", session)
        require(0 < session["expiresInMilliseconds"] <= 900_000, "its deadline is 900 seconds away", session)
        self.watcher.expect("sessionStarted", session="default", publicKey=public_key)
        return public_key

    def refuse_bundle(self, reason, bundle):
        with refused(f"{CONTROL}.InvalidBundle", f"a bundle is refused for its {reason}", reason=reason):
            self.control.InjectCredentialBundle(bundle=bundle)

    def prove_stamp(self, embedded, public_key):
        stamped = self.stamper.GetStatus()["status"]["stamped"]
        require_stamp(self.stamper.Stamp(payload=PAYLOAD), public_key, "the default session stamps")
        require_stamp(self.stamper.Stamp(payload=""), public_key, "an empty payload is stamped", payload="")
        reply = self.stamper_at_control.Stamp(payload=PAYLOAD, session="default", expectPublicKey=public_key)
        require_stamp(reply, public_key, "the control socket stamps too, with the key that was expected")
        now = self.stamper.GetStatus()["status"]["stamped"]
        require(now == stamped + 3, "the status counts them", now - stamped)
        with refused(f"{STAMPER}.PublicKeyMismatch", "another key than expected does not stamp", fallback="never"):
            self.stamper.Stamp(payload=PAYLOAD, expectPublicKey=seal_new_credential(embedded)[1])
        with refused(f"{STAMPER}.NoSession", "an unknown session does not stamp", session="nobody", fallback="passkey"):
            self.stamper.Stamp(payload=PAYLOAD, session="nobody")
        with refused(f"{SERVICE}.InvalidParameter", "a name in capitals is no session's", parameter="session"):
            self.stamper.Stamp(payload=PAYLOAD, session="Default")

    def prove_no_rules(self):
        own = self.stamper.Explain(payload=PAYLOAD)["explanation"]
        other = self.control.ExplainFor(socket="stamp", payload=PAYLOAD, uid=12345, gids=[100])["explanation"]
        for explanation in (own, other):
            is_open = (explanation["effect"], explanation["mode"], explanation["steps"]) == ("allow", "none", [])
            require(is_open, "without rules, whatever is asked is allowed, and no rule says so", explanation)
        require(self.control.GetRules()["ruleSets"] == [], "GetRules lists no set of a socket that is open")
        require(self.control.ListConfirmations()["confirmations"] == [], "no stamp waits for a yes")
        sentence = "what does not wait cannot be confirmed"
        with refused(f"{CONTROL}.UnknownConfirmation", sentence, id="none"):
            self.control.Confirm(id="none", payloadSha256="0" * 64, allow=True)
        sentence = "a name is believed of nobody whom the configuration does not list"
        with refused(f"{STAMPER}.Denied", sentence, rule="mayName", fallback="never"):
            self.stamper.Stamp(payload=PAYLOAD, delegate="somebody")

    def prove_session_key(self):
        born = self.control.CreateSessionKey(session="born")["publicKey"]
        require(len(born) == 66 and born[:2] in ("02", "03"), "CreateSessionKey returns a compressed point", born)
        with refused(f"{STAMPER}.NoSession", "a key that is pending does not stamp", session="born"):
            self.stamper.Stamp(payload=PAYLOAD, session="born")
        session = self.control.ActivateSession(publicKey=born, expirationSeconds=600, userId="user-2")["session"]
        expected = {"name": "born", "publicKey": born, "origin": "generated", "userId": "user-2"}
        require(expected.items() <= session.items(), "ActivateSession starts its session", session)
        self.watcher.expect("sessionStarted", session="born", publicKey=born)
        waiting = self.control.CreateSessionKey(session="waiting")["publicKey"]
        self.control.DropSessionKey(publicKey=waiting)
        with refused(f"{CONTROL}.UnknownSessionKey", "a key that was dropped starts no session", publicKey=waiting):
            self.control.ActivateSession(publicKey=waiting)
        with refused(f"{CONTROL}.UnknownSessionKey", "a key is activated once", publicKey=born):
            self.control.ActivateSession(publicKey=born)
        require_stamp(self.stamper.Stamp(payload=PAYLOAD, session="born"), born, "the key that was born inside stamps")
        return born

    def prove_sessions(self, injected, born):
        found = {session["name"]: session["publicKey"] for session in self.stamper.ListSessions()["sessions"]}
        require(found == {"default": injected, "born": born}, "ListSessions lists both sessions", found)
        session = self.stamper.GetSession(session="born")["session"]
        is_born = session["publicKey"] == born and 0 < session["expiresInMilliseconds"] <= 600_000
        require(is_born, "GetSession tells its key and what is left of it", session)
        with refused(f"{STAMPER}.NoSession", "GetSession knows no other", session="nobody", fallback="passkey"):
            self.stamper.GetSession(session="nobody")

    def prove_expiry(self):
        short = self.control.CreateSessionKey(session="short")["publicKey"]
        self.control.ActivateSession(publicKey=short, expirationSeconds=1)
        self.watcher.expect("sessionStarted", "sessionExpiring", "sessionExpired", session="short", publicKey=short)
        sentence = "a session that expired does not stamp"
        with refused(f"{STAMPER}.SessionExpired", sentence, session="short", fallback="passkey"):
            self.stamper.Stamp(payload=PAYLOAD, session="short")

    def prove_lock(self, embedded):
        bundle, _ = seal_new_credential(embedded)
        pending = self.control.CreateSessionKey(session="pending")["publicKey"]
        self.control.Lock()
        self.watcher.expect("locked")
        require(self.stamper.GetStatus()["status"]["locked"], "the status says that the frame is locked")
        for name, call in (
            ("Stamp", lambda: self.stamper.Stamp(payload=PAYLOAD)),
            ("InjectCredentialBundle", lambda: self.control.InjectCredentialBundle(bundle=bundle)),
            ("CreateSessionKey", self.control.CreateSessionKey),
            ("ActivateSession", lambda: self.control.ActivateSession(publicKey=pending)),
        ):
            with refused(f"{STAMPER}.Locked", f"a locked frame refuses {name}", fallback="retry"):
                call()
        self.control.Unlock()
        self.watcher.expect("unlocked")
        self.stamper.Stamp(payload=PAYLOAD)
        ok("unlocked, it stamps again")

    def prove_ends(self, injected):
        self.control.EndSession(session="born")
        self.watcher.expect("sessionEnded", session="born")
        with refused(f"{STAMPER}.NoSession", "a session that was ended does not stamp", session="born"):
            self.stamper.Stamp(payload=PAYLOAD, session="born")
        self.stamper.ReportRejected(publicKey=injected)
        self.watcher.expect("sessionRejected", session="default", publicKey=injected)
        with refused(f"{STAMPER}.NoSession", "a key that the API rejected does not stamp", session="default"):
            self.stamper.Stamp(payload=PAYLOAD)
        self.stamper.ReportRejected(publicKey=injected)
        ok("to report a key that is not there any more is no error")

    def prove_reset(self, embedded):
        bundle, public_key = seal_new_credential(embedded)
        self.control.InjectCredentialBundle(bundle=bundle, session="last", expirationSeconds=600)
        self.watcher.expect("sessionStarted", session="last", publicKey=public_key)
        self.control.ResetEmbeddedKey()
        self.watcher.expect("sessionEnded", "embeddedKeyReset")
        with refused(f"{STAMPER}.NoEmbeddedKey", "after a reset there is no embedded key"):
            self.stamper.GetEmbeddedPublicKey()
        with refused(f"{STAMPER}.NoSession", "after a reset nothing stamps", session="last"):
            self.stamper.Stamp(payload=PAYLOAD, session="last")
