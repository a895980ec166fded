# SPDX-License-Identifier: Apache-2.0
"""A browser with a passkey in it, as far as the page of "stampctl login" goes: both written in Python."""

import base64
import hashlib
import http.client
import json
import os
import re
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

USER_PRESENT_AND_VERIFIED = 5


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Passkey:
    """A key of WebAuthn's for one relying party (ES256)."""

    def __init__(self, relying_party="localhost"):
        self.relying_party, self.id, self.key = relying_party, os.urandom(32), ec.generate_private_key(ec.SECP256R1())

    def fixture(self):
        """As a fixture of the sandbox names it; its public key is a COSE key (RFC 9052)."""
        point = self.key.public_key().public_numbers()
        x, y = (coordinate.to_bytes(32, "big") for coordinate in (point.x, point.y))
        cose = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
        transports = ["AUTHENTICATOR_TRANSPORT_INTERNAL"]
        return {"credentialId": base64url(self.id), "publicKey": base64url(cose), "transports": transports}

    def assert_(self, challenge, origin):
        """The members of an assertion, in base64url."""
        client = {"type": "webauthn.get", "challenge": base64url(challenge), "origin": origin, "crossOrigin": False}
        client = json.dumps(client, separators=(",", ":")).encode()
        data = hashlib.sha256(self.relying_party.encode()).digest() + bytes([USER_PRESENT_AND_VERIFIED]) + bytes(4)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "authenticatorData": base64url(data), "clientDataJson": base64url(client),
            "credentialId": base64url(self.id), "signature": base64url(signature),
        }  # fmt: skip


def approve(address, passkey, patience):
    """Opens the page at this address, once, and approves what it asks; the status of the answer's answer.

    Raises OSError or http.client.HTTPException where the page, or who waits for its answer, is gone.
    """
    place = urllib.parse.urlsplit(address)
    origin = f"{place.scheme}://{place.netloc}"
    page = _request(place.netloc, "GET", place.path, None, {}, patience)
    constants = re.search(rb'<script[^>]*id="constants"[^>]*>(.*?)</script>', page[1], re.DOTALL)
    if page[0] != 200 or not constants:
        return page[0]
    constants = json.loads(constants[1])
    body = base64.urlsafe_b64decode(constants["body"] + "==")
    challenge = hashlib.sha256(body).hexdigest().encode()
    answer = {"secret": constants["secret"], "assertion": passkey.assert_(challenge, origin)}
    headers = {"Origin": origin, "Content-Type": "application/json"}
    return _request(place.netloc, "POST", "/answer", json.dumps(answer), headers, patience)[0]


def _request(authority, method, path, body, headers, patience):
    # The page's server is at 127.0.0.1, whichever address "localhost" has first.
    connection = http.client.HTTPConnection("127.0.0.1", int(authority.rpartition(":")[2]), timeout=patience)
    try:
        connection.request(method, path, body, headers | {"Host": authority})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
