# SPDX-License-Identifier: Apache-2.0
"""prove_turnkey_http.py READY_FILE SOCKET_DIRECTORY: Turnkey's Python client works with a frame as its stamper.

READY_FILE is that of a turnkey-sandbox started with --pending-polls 1 or more; SOCKET_DIRECTORY is a running stampd's.
"""

import json
import pathlib
import sys
import time

import varlink
from turnkey_api_key_stamper import ApiKeyStamper, ApiKeyStamperConfig
from turnkey_http import TurnkeyClient
from turnkey_sdk_types import CreateApiKeysBody, GetApiKeysBody, TurnkeyNetworkError, v1ApiKeyParamsV2

from proof import ok, require

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "examples" / "python"))
from socket_stamper import SocketStamper, StampError  # noqa: E402 (the example as it is shipped)
from example_client import user_name  # noqa: E402

WAIT_SECONDS = 30


class PollCounter(TurnkeyClient):
    """The client as it is, which also counts how often it asked for an activity."""

    polls = 0

    def get_activity(self, input):
        self.polls += 1
        return super().get_activity(input)


class Proof:
    def __init__(self, ready_file, socket_directory):
        self.sandbox = json.loads(pathlib.Path(ready_file).read_text(encoding="utf-8"))
        self.stamp_socket = f"{socket_directory}/stamp.sock"
        self.control = varlink.Client(f"unix:{socket_directory}/control.sock").open("io.stampd.Control")
        keys = ApiKeyStamperConfig(self.sandbox["apiPublicKey"], self.sandbox["apiPrivateKey"])
        self.root = self.client(ApiKeyStamper(keys))

    def client(self, stamper):
        return PollCounter(
            self.sandbox["baseUrl"], stamper, self.sandbox["organizationId"], polling_interval_ms=50
        )

    def register(self, client, public_key, seconds, name):
        parameters = v1ApiKeyParamsV2(
            apiKeyName=name, publicKey=public_key, curveType="API_KEY_CURVE_P256", expirationSeconds=str(seconds)
        )
        return client.create_api_keys(CreateApiKeysBody(apiKeys=[parameters], userId=self.sandbox["userId"]))

    def begin_session(self, name, seconds_at_api, seconds_in_frame):
        """A session whose key was born in the frame and registered by the root user; returns a client that uses it."""
        public_key = self.control.CreateSessionKey(session=name)["publicKey"]
        self.register(self.root, public_key, seconds_at_api, f"Session {name}")
        self.control.ActivateSession(publicKey=public_key, expirationSeconds=seconds_in_frame)
        return self.client(SocketStamper(self.stamp_socket, session=name))

    def prove_whoami(self, client):
        answer = client.get_whoami()
        expected = (self.sandbox["organizationId"], self.sandbox["userId"])
        found = (answer.organizationId, answer.userId)
        require(found == expected, "whoami, stamped by the frame, names the organization and the user", found)

    def prove_example(self):
        self.begin_session("default", seconds_at_api=600, seconds_in_frame=600)
        found = user_name(self.sandbox["organizationId"], self.sandbox["baseUrl"], self.stamp_socket)
        require(found == self.sandbox["username"], "the documentation's client knows the user's name", found)

    def prove_create_api_keys(self, client):
        new_key = self.control.CreateSessionKey(session="python-new")["publicKey"]
        name = "Schlüssel – 鍵"
        response = self.register(client, new_key, 600, name)
        require(client.polls >= 1, "create_api_keys was pending, and the client polled it with stamps", client.polls)
        status = getattr(response.activity.status, "value", response.activity.status)
        require(status == "ACTIVITY_STATUS_COMPLETED", "the activity was completed", status)
        keys = client.get_api_keys(GetApiKeysBody(userId=self.sandbox["userId"])).apiKeys
        found = {key.apiKeyId: (key.credential.publicKey, key.apiKeyName) for key in keys}
        is_there = found.get(response.apiKeyIds[0]) == (new_key, name)
        require(is_there, "the key that it created is listed, with its name beyond ASCII", found)

    def prove_expiry(self):
        """The key's life at the API ends before the frame's session: so it is the API that says no."""
        client = self.begin_session("python-short", seconds_at_api=2, seconds_in_frame=60)
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                client.get_whoami()
            except TurnkeyNetworkError as error:
                code = json.loads(error.cause).get("turnkeyErrorCode")
                is_expiry = (error.status_code, code) == (401, "API_KEY_EXPIRED")
                require(is_expiry, "a key that has expired is answered 401 API_KEY_EXPIRED", (error.status_code, code))
                return
            time.sleep(0.1)  # between two questions: the end of the key's life cannot be waited for otherwise
        sys.exit(f"not so: the key expires; it still stamped after {WAIT_SECONDS} seconds")

    def prove_no_session(self):
        try:
            SocketStamper(self.stamp_socket, session="python-nobody").stamp("{}")
        except StampError as error:
            found = (error.name, error.fallback)
            expected = ("io.stampd.Stamper.NoSession", "passkey")
            require(found == expected, "without a session the stamper raises NoSession, fallback passkey", found)
        else:
            sys.exit("not so: without a session there is no stamp")

    def end(self):
        for name in ("default", "python", "python-short"):
            self.control.EndSession(session=name)
        ok("the sessions were ended")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    proof = Proof(sys.argv[1], sys.argv[2])
    client = proof.begin_session("python", seconds_at_api=600, seconds_in_frame=600)
    proof.prove_whoami(client)
    proof.prove_example()
    proof.prove_create_api_keys(client)
    proof.prove_expiry()
    proof.prove_no_session()
    proof.end()


if __name__ == "__main__":
    main()
